"""What an officer types into the search box: how it is understood, and where a text has it."""

from __future__ import annotations

import pytest

from heedline.casework.search.query import SearchKind, Unsearchable, understood

W, P, B, N = SearchKind.WORDS, SearchKind.PHRASE, SearchKind.BEGINNING, SearchKind.NUMBER


@pytest.mark.parametrize(
    ("typed", "terms", "kind"),
    [
        ("Bridge  filmed", [(W, ("bridge",)), (W, ("filmed",))], W),
        ('"side door" man', [(P, ("side", "door")), (W, ("man",))], P),
        ('"side door', [(P, ("side", "door"))], P),
        ("brid*", [(B, ("brid",))], B),
        ("sam@post.example", [(P, ("sam", "post", "example"))], P),
        ("01632 960 123", [(N, ("632960123",))], N),
        ("+44 1632 960123 van", [(N, ("632960123",)), (W, ("van",))], N),
        ("AB12 CDE", [(P, ("ab12", "cde"))], P),
        ("NE1 4ST red", [(P, ("ne1", "4st")), (W, ("red",))], P),
        ("man man", [(W, ("man",))], W),
        ("gate 4", [(W, ("gate",)), (W, ("4",))], W),
    ],
)
def test_how_it_is_understood(
    typed: str, terms: list[tuple[SearchKind, tuple[str, ...]]], kind: SearchKind
) -> None:
    sought = understood(typed)
    assert [(term.kind, term.words) for term in sought.terms] == terms
    assert sought.kind is kind


@pytest.mark.parametrize(
    "typed", ["", "  ", "***", "ab*", "a.b*", '""', "x" * 201, " ".join(f"w{n}" for n in range(13))]
)
def test_what_cannot_be_searched_for_is_said(typed: str) -> None:
    with pytest.raises(Unsearchable) as why:
        understood(typed)
    assert str(why.value).endswith(".")


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("obriens", "At O’Brien’s.", ["O’Brien’s"]),
        ('"side door"', "The Side, door", ["Side, door"]),
        ("brid*", "bridges, Bridget, abridge", ["bridges", "Bridget"]),
        ("01632960123", "ring +44 (1632) 960-123 now", ["+44 (1632) 960-123"]),
        ("AB12CDE", "a van AB12 CDE outside", ["AB12 CDE"]),
        ("AB12 CDE", "a van ab12cde outside", ["ab12cde"]),
        ("ivan", "Иван", ["Иван"]),
        ("door", "the doors", []),
    ],
)
def test_where_a_text_has_it(typed: str, text: str, found: list[str]) -> None:
    [term] = understood(typed).terms
    assert [text[start:end] for start, end in term.places(text)] == found
