"""The successive keys that sign a log.

Needs neither the database nor settings. When the key of a log is changed, the old key signs a document
that names the new key and the old key's last checkpoint. The new key signs it too. Anybody who trusts
either key and has the document can continue to verify the log. The old key is valid up to that
checkpoint and the new key from there on. This does not help if a key was stolen. In that case people
have to pass on the new key, as they did the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heedline.casework.log.proofs import Unreadable, read_key, same_log
from heedline.vault.base64_text import from_base64, to_base64
from heedline.vault.notes import NotBelieved, Note, NoteKey, NoteSigner, TreeHead, signed_note

#: First line of a paper. The second is no number, so that it is never taken for a checkpoint.
TITLE = "heedline/v1/log-key-change"
_ROOT_SIZE = 32


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A change of key, signed by both keys.

    `old` signs up to a log of `size` events with this root, and `new` from there on.
    """

    old: NoteKey
    new: NoteKey
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return the text that both keys sign."""
        return f"{TITLE}\n{self.old}\n{self.new}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def from_text(cls, text: str) -> KeyChange:
        """Parse a key change and verify both signatures.

        Raises Unreadable.
        """
        try:
            note = Note.from_text(text)
            title, old, new, size, root = note.text.removesuffix("\n").split("\n")
            found = cls(read_key(old), read_key(new), int(size), from_base64(root))
            if title != TITLE or found.text != note.text or len(found.root) != _ROOT_SIZE:
                raise ValueError
            if (
                found.size < 0
                or found.old.public == found.new.public
                or same_log(found.old, found.new.name) is None
            ):
                raise ValueError
            note.believe(found.old)
            note.believe(found.new)
        except (ValueError, NotBelieved):
            raise Unreadable("This is no paper about a change of key that both keys have signed") from None
        return found


def change(last: TreeHead, old: bytes, new: bytes) -> str:
    """Return the signed document that transfers a log from one key to another.

    Each key is given as a seed of 32 bytes. The change takes place after the log's last checkpoint under the
    old key.
    """
    before, after = NoteSigner(last.origin, old), NoteSigner(last.origin, new)
    text = KeyChange(before.key, after.key, last.size, last.root).text
    return signed_note(text, [before.line(text), after.line(text)])


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The keys of one log, oldest first, and the changes between them."""

    keys: tuple[NoteKey, ...]
    changes: tuple[KeyChange, ...]

    @classmethod
    def known(cls, key: NoteKey, changes: Sequence[KeyChange]) -> LogKeys:
        """Build the succession of keys from a trusted key and the changes before and after it.

        Raises Unreadable if any of the changes is not part of that succession.
        """
        keys, chain, left = [key], list[KeyChange](), list(changes)
        while left:
            later = next((one for one in left if _same(one.old, keys[-1])), None)
            earlier = next((one for one in left if _same(one.new, keys[0])), None)
            if later is not None and (not chain or later.size >= chain[-1].size):
                keys, chain = [*keys, later.new], [*chain, later]
                left.remove(later)
            elif earlier is not None and (not chain or earlier.size <= chain[0].size):
                keys, chain = [earlier.old, *keys], [earlier, *chain]
                left.remove(earlier)
            else:
                raise Unreadable("A paper about a change of key does not belong to this key")
        return cls(tuple(keys), tuple(chain))

    @classmethod
    def linked(cls, key: NoteKey, papers: Sequence[KeyChange]) -> LogKeys:
        """Build the succession of keys from changes that may also concern other logs or keys.

        Otherwise like `known`. Raises Unreadable if two changes contradict each other.
        """
        keys, left = [key], list(papers)
        while near := [one for one in left if any(_same(k, end) for k in keys for end in (one.old, one.new))]:
            keys += [end for one in near for end in (one.old, one.new)]
            left = [one for one in left if one not in near]
        return cls.known(key, [one for one in papers if one not in left])

    def of(self, tree: TreeHead) -> tuple[NoteKey, ...]:
        """Return the keys that may have signed this checkpoint.

        Empty if the checkpoint belongs to another log.
        """
        lowest = (0, *(one.size for one in self.changes))
        highest = (*(one.size for one in self.changes), tree.size)
        found = (
            same_log(key, tree.origin)
            for key, low, high in zip(self.keys, lowest, highest, strict=True)
            if low <= tree.size <= high
        )
        return tuple(key for key in found if key is not None)

    def line(self, note: Note, tree: TreeHead) -> str:
        """Return the signature line of the key that was in force, or "" if there is none.

        Also returns "" if the checkpoint contradicts a key change.
        """
        if any(one.size == tree.size and one.root != tree.root for one in self.changes):
            return ""
        return next((note.line_of(key) for key in self.of(tree) if _believed(note, key)), "")

    def signed(self, note: Note, tree: TreeHead) -> bool:
        """Return whether a checkpoint is signed by the key that was in force."""
        return bool(self.line(note, tree))


def _same(one: NoteKey, other: NoteKey) -> bool:
    return one.public == other.public and same_log(one, other.name) is not None


def _believed(note: Note, key: NoteKey) -> bool:
    try:
        note.believe(key)
    except NotBelieved:
        return False
    return True
