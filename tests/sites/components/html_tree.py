"""HTML as a tree that can be compared: attributes in order of name, white space collapsed, pictures left out."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"input", "img", "br", "hr", "meta", "link"}
Tree = tuple[object, ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[list[object]] = [[]]
        self.heads: list[tuple[str, tuple[tuple[str, str], ...]]] = []
        self.unread = 0  # depth inside a picture

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "svg" or self.unread:
            self.unread += tag not in _VOID
            return
        head = (tag, tuple(sorted((name, _tidy(name, value or "")) for name, value in attrs)))
        if tag in _VOID:
            self.stack[-1].append((*head, ()))
        else:
            self.heads.append(head)
            self.stack.append([])

    def handle_endtag(self, tag: str) -> None:
        if self.unread:
            self.unread -= tag not in _VOID
            return
        inner = self.stack.pop()
        assert self.heads[-1][0] == tag, f"</{tag}> closes <{self.heads[-1][0]}>"
        self.stack[-1].append((*self.heads.pop(), _joined(inner)))

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.stack[-1].append(data)


def _tidy(name: str, value: str) -> str:
    return " ".join(sorted(value.split())) if name == "class" else " ".join(value.split())


def _joined(parts: list[object]) -> Tree:
    """Neighbouring texts are one; white space at the edges of an element says nothing."""
    out: list[object] = []
    for part in parts:
        if isinstance(part, str):
            text = " ".join(part.split())
            if not text:
                continue
            if out and isinstance(out[-1], str):
                out[-1] = f"{out[-1]} {text}"
                continue
            part = text
        out.append(part)
    return tuple(out)


def tree(html: str) -> Tree:
    """The tree of a fragment. AssertionError when a tag is closed out of order or left open."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.heads, f"left open: {reader.heads}"
    return _joined(reader.stack[0])
