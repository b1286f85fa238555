"""Is this exported log the one that was signed, also in the checkpoint that somebody kept? Needs neither database nor
settings, and believes nobody: an export proves itself against what its reader brings, or does not.

Reads the events once, in order, and keeps a few hashes: a million events need no more memory than a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge

from heedline.audit.tree import HASH_SIZE, TILE_WIDTH, Growing, leaf_hash
from heedline.casework.log.folder import Folder, FolderTiles
from heedline.casework.log.keys import KeyChange, LogKeys
from heedline.casework.log.proofs import Unreadable, read_event, read_note
from heedline.vault.notes import Checkpoint, NotBelieved, Note, NoteKey

TOLD_EVERY = 50_000
#: So many things that are wrong are told one by one; the others are counted.
MOST_TOLD = 20

_NOT_THAT = (
    "this is not the event that was put into the tree there. It is the first that is not:"
    " it was changed, or events before it are gone or were added."
)
_NO_HASH = "its hash in the tree is missing."

type Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint that somebody kept outside the house. `name`: what they call it."""

    name: str
    note: Note

    @classmethod
    def from_text(cls, name: str, text: str) -> Kept:
        """From a note or a mail that carries one. Raises Unreadable."""
        return cls(name, read_note(text))

    @property
    def tree(self) -> Checkpoint:
        return Checkpoint.from_text(self.note.text)


@dataclass(slots=True)
class Verdict:
    """What was found. `wrong`: what does not fit and where, in words; nothing stands there when everything fits."""

    events: int = 0
    root: bytes = b""
    checkpoints: int = 0
    restored_at: list[tuple[int, int]] = field(default_factory=list)  # (generation, position)
    wrong: list[str] = field(default_factory=list)
    untold: int = 0

    def is_wrong(self, words: str) -> None:
        """Note something that does not fit."""
        if len(self.wrong) < MOST_TOLD:
            self.wrong.append(words)
        else:
            self.untold += 1


@dataclass(frozen=True, slots=True)
class _Claim:
    """Somebody says: the first `size` events have this root."""

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
    progress: Progress = lambda _: None,
) -> Verdict:
    """Compare an exported log with the checkpoints in it and with those that were kept outside.

    `key`: the log's key, from a better place than the export; None takes the key that the export brings, and then only
    what was kept proves anything. `changes`: papers by which it handed over to another, or another to it. `witnesses`: whose signatures each kept checkpoint must carry. Raises Unreadable when the export
    or a checkpoint cannot be read at all.
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
    """Which of these checkpoints are not signed as they should be, in words; nothing when all are.

    Each must be signed by the log and by every witness.
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
    """The exported hashes of the events, in order: which event is not the one that was sequenced?"""

    def __init__(self, folder: Folder) -> None:
        self._tiles = FolderTiles(folder.path)
        self._index, self._tile = -1, b""

    def at(self, position: int) -> bytes:
        """The hash at a position; empty when there is none."""
        index, place = divmod(position, TILE_WIDTH)
        if index != self._index:
            self._index, self._tile = index, self._tiles.get(0, index)
        return self._tile[place * HASH_SIZE : (place + 1) * HASH_SIZE]


def _read(folder: Folder, claims: Iterable[_Claim], verdict: Verdict, progress: Progress) -> None:
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
    """Compares claims as the events come past, and remembers up to where everything fitted."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._fits = 0
        self._ours_told = False

    def take(self, waiting: Iterator[_Claim], grown: Growing, claim: _Claim | None = None) -> _Claim | None:
        """Judge `claim` and every other of this size; returns the next one that is larger."""
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
        """A claim about more events than there are."""
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
    """The upper tiles, along the way to the root: whoever proves things from this export needs them."""
    if not verdict.events:
        return
    try:
        same = folder.forest(verdict.events).root() == verdict.root
    except ValueError:
        same = False
    if not same:
        verdict.is_wrong("The tree under tile/ is not that of the events.")
