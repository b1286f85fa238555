"""Verifies an exported log against its signed checkpoints and those kept elsewhere.

Needs neither the database nor settings, and trusts nobody. An export is proven, or fails, against what
the person checking it brings along. The events are read once, in order, and only a few hashes are kept,
so that a million events need no more memory than a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge

from heedline.audit.tree import HASH_SIZE, TILE_WIDTH, Growing, leaf_hash
from heedline.casework.log.folder import Folder, FolderTiles
from heedline.casework.log.keys import KeyChange, LogKeys
from heedline.casework.log.proofs import Unreadable, read_event, read_note
from heedline.vault.notes import NotBelieved, Note, NoteKey, TreeHead

TOLD_EVERY = 50_000
#: So many things that are wrong are told one by one; the others are counted.
MOST_TOLD = 20

_NOT_THAT = (
    "this is not the event that was put into the tree there. It is the first that is not:"
    " it was changed, or events before it are gone or were added."
)
_NO_HASH = "its hash in the tree is missing."

type VerifyProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint that was kept outside the organisation.

    `name` is what they call it.
    """

    name: str
    note: Note

    @classmethod
    def from_text(cls, name: str, text: str) -> Kept:
        """Parse a kept checkpoint from a note, or from an email that contains one.

        Raises Unreadable.
        """
        return cls(name, read_note(text))

    @property
    def tree(self) -> TreeHead:
        return TreeHead.from_text(self.note.text)


@dataclass(slots=True)
class Verdict:
    """The result of verifying an export.

    `wrong` describes what does not match and where. It is empty if everything matches.
    """

    events: int = 0
    root: bytes = b""
    checkpoints: int = 0
    restored_at: list[tuple[int, int]] = field(default_factory=list)  # (generation, position)
    wrong: list[str] = field(default_factory=list)
    untold: int = 0

    def is_wrong(self, words: str) -> None:
        """Record a mismatch."""
        if len(self.wrong) < MOST_TOLD:
            self.wrong.append(words)
        else:
            self.untold += 1


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim that the first `size` events have this root."""

    size: int
    root: bytes
    who: str
    kept: bool


def verify(
    folder: Folder,
    kept: Sequence[Kept],
    *,
    key: NoteKey | None,
    changes: Sequence[KeyChange] = (),
    witnesses: Sequence[NoteKey] = (),
    progress: VerifyProgress = lambda _: None,
) -> Verdict:
    """Compare an exported log with its own checkpoints and with those kept outside the organisation.

    `key` is the log's key, obtained from a more reliable source than the export. If it is None, the key in
    the export is used, and then only the kept checkpoints prove anything. `changes` are the documents by
    which the key took over from another or handed over to another. `witnesses` are those whose signatures
    each kept checkpoint must carry. Raises Unreadable if the export or a checkpoint cannot be read at all.
    """
    verdict = Verdict()
    key = key or _key_of(folder)
    keys = LogKeys.known(key, changes) if key is not None else None
    for words in unbelieved(kept, keys, witnesses):
        verdict.is_wrong(words)
    outside = sorted(
        (
            *(_Claim(one.tree.size, one.tree.root, f"the checkpoint {one.name}", True) for one in kept),
            *(_Claim(one.size, one.root, "the change of the log's key", True) for one in changes),
        ),
        key=lambda claim: claim.size,
    )
    claims = merge(outside, _claims_of(folder, keys, verdict), key=lambda claim: claim.size)
    _read(folder, claims, verdict, progress)
    _compare_root(folder, verdict)
    return verdict


def _key_of(folder: Folder) -> NoteKey | None:
    for signed in folder.checkpoints():
        return signed.key
    return None


def unbelieved(kept: Iterable[Kept], keys: LogKeys | None, witnesses: Sequence[NoteKey]) -> list[str]:
    """Return a description of each kept checkpoint that lacks a required signature.

    Each must be signed by the log and by every witness. Empty if all are.
    """
    wrong = []
    for one in kept:
        if keys is None or not keys.of(one.tree):
            wrong.append(f"The checkpoint {one.name} is of another log: {one.tree.origin}.")
            continue
        if not keys.signed(one.note, one.tree):
            wrong.append(f"The checkpoint {one.name} has no valid signature of the log's key.")
        for witness in witnesses:
            try:
                one.note.believe(witness)
            except NotBelieved:
                wrong.append(
                    f"The checkpoint {one.name} has no valid signature of the witness {witness.name}."
                )
    return wrong


def _claims_of(folder: Folder, keys: LogKeys | None, verdict: Verdict) -> Iterator[_Claim]:
    for signed in folder.checkpoints():
        tree = signed.tree
        if keys is None or not keys.signed(signed.note, tree):
            verdict.is_wrong(
                f"The exported checkpoint of {tree.size:,} events has no valid signature of the log's key."
            )
        verdict.checkpoints += 1
        yield _Claim(tree.size, tree.root, f"the exported checkpoint of {tree.size:,} events", False)


class _Tiles:
    """The exported event hashes in order, used to find an event that differs from the sequenced one."""

    def __init__(self, folder: Folder) -> None:
        self._tiles = FolderTiles(folder.path)
        self._index, self._tile = -1, b""

    def at(self, position: int) -> bytes:
        """Return the hash at a position, or b"" if there is none."""
        index, place = divmod(position, TILE_WIDTH)
        if index != self._index:
            self._index, self._tile = index, self._tiles.get(0, index)
        return self._tile[place * HASH_SIZE : (place + 1) * HASH_SIZE]


def _read(folder: Folder, claims: Iterable[_Claim], verdict: Verdict, progress: VerifyProgress) -> None:
    grown, tiles = Growing(), _Tiles(folder)
    before, generation, differs = (0, 0, 0), 0, False
    judged = _Judged(verdict)
    waiting = iter(claims)
    claim = judged.take(waiting, grown)
    for position, line in enumerate(folder.lines()):
        try:
            event = read_event(line)
            place = (int(event["generation"]), int(event["xid"]), int(event["id"]))
        except (Unreadable, TypeError, ValueError):
            verdict.is_wrong(f"Line {position + 1:,}: this is not an event in its canonical form.")
        else:
            if place <= before:
                verdict.is_wrong(f"Line {position + 1:,}: this event stands behind one that comes after it.")
            before = place
            if place[0] != generation:
                generation = place[0]
                if generation > 1:
                    verdict.restored_at.append((generation, position))
        hashed = leaf_hash(line)
        if not differs and (kept := tiles.at(position)) != hashed:
            differs = True
            verdict.is_wrong(f"Line {position + 1:,}: {_NOT_THAT if kept else _NO_HASH}")
        grown.add(hashed)
        if claim is not None and claim.size == grown.size:
            claim = judged.take(waiting, grown, claim)
        if grown.size % TOLD_EVERY == 0:
            progress(grown.size)
    verdict.events, verdict.root = grown.size, grown.root()
    while claim is not None:
        judged.too_large(claim)
        claim = next(waiting, None)


class _Judged:
    """The results of comparing claims with the log while its events are read.

    Remembers the last size up to which everything matched.
    """

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._fits = 0
        self._ours_told = False

    def take(self, waiting: Iterator[_Claim], grown: Growing, claim: _Claim | None = None) -> _Claim | None:
        """Check `claim` and all others up to the current size, and return the next larger claim."""
        while claim is None or claim.size <= grown.size:
            if claim is not None and claim.size < grown.size:
                self._verdict.is_wrong("The exported checkpoints are not in order.")
            elif claim is not None:
                self._judge(claim, grown.root())
            claim = next(waiting, None)
            if claim is None:
                return None
        return claim

    def _judge(self, claim: _Claim, root: bytes) -> None:
        if claim.root == root:
            self._fits = claim.size
        elif claim.kept or not self._ours_told:
            self._ours_told = self._ours_told or not claim.kept
            self._verdict.is_wrong(
                f"These are not the first {claim.size:,} events behind {claim.who}."
                f" {_between(self._fits, claim.size)}{self._restored_within(claim.size)}"
            )
        else:
            self._verdict.untold += 1

    def too_large(self, claim: _Claim) -> None:
        """Record as an error a claim about more events than the export contains."""
        missing = claim.size - self._verdict.events
        because = self._restored_within(claim.size)
        self._verdict.is_wrong(
            f"{claim.who[0].upper()}{claim.who[1:]} is of {claim.size:,} events:"
            f" {missing:,} are missing.{because}"
        )

    def _restored_within(self, size: int) -> str:
        for _, position in self._verdict.restored_at:
            if position <= size:
                return f" Before line {position + 1:,} the log was restored, from a copy that may have been too old."
        return ""


def _between(fits: int, size: int) -> str:
    known = f"Up to line {fits:,} they still are; " if fits else ""
    return f"{known}the first difference lies in lines {fits + 1:,} to {size:,}."


def _compare_root(folder: Folder, verdict: Verdict) -> None:
    """Check that the export's tiles lead to the same root as its events.

    They are needed to make proofs from this export.
    """
    if not verdict.events:
        return
    try:
        same = folder.forest(verdict.events).root() == verdict.root
    except ValueError:
        same = False
    if not same:
        verdict.is_wrong("The tree under tile/ is not that of the events.")
