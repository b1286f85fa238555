"""A witness: somebody outside who remembers the last checkpoint of a log and signs only what has grown out of it.

Needs neither database nor settings. What a witness has signed it has on its disk first, so that it never forgets what it
has vouched for, whatever kills it; two at once take turns. A log that shows two pasts gets no second signature, and what
it showed is kept as evidence.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from heedline.casework.log.folder import sync_folder, write_whole
from heedline.casework.log.keys import KeyChange, LogKeys
from heedline.casework.log.proofs import Growth, Unreadable, read_note, same_log
from heedline.vault.notes import COSIGNATURE, Checkpoint, NotBelieved, Note, NoteKey, NoteSigner

_KEY, _LOCK, _EVIDENCE, _CHANGES = "witness-key", "lock", "evidence", "changes"


class DoesNotFit(Exception):
    """What the log has signed does not fit with what this witness holds. `str()` says how. Nothing was signed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a look: the checkpoint with this witness's signature, whether it is new, whether it is the first."""

    note: str
    size: int
    new: bool
    first: bool


def new(folder: Path, name: str) -> NoteKey:
    """Make a witness: its key and the folder that it keeps its memory in. Raises Unreadable when there is one already."""
    try:
        signer = NoteSigner(name, secrets.token_bytes(32), COSIGNATURE)
        key = signer.key
    except ValueError:
        raise Unreadable(
            "A witness's name has no blanks and no plus, such as council.example/witness"
        ) from None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        if (folder / _KEY).exists():
            raise Unreadable(f"There is a witness in {folder} already")
        said = json.dumps({"name": name, "seed": signer.seed.hex()})
        write_whole(folder / _KEY, said.encode("ascii"))
        sync_folder(folder)
    return key


class Witness:
    """The witness of a folder. Raises Unreadable when there is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            said = json.loads((folder / _KEY).read_text(encoding="ascii"))
            self._signer = NoteSigner(said["name"], bytes.fromhex(said["seed"]), COSIGNATURE)
            self.key = self._signer.key
        except (OSError, ValueError, KeyError, TypeError):
            raise Unreadable(f"There is no witness in {folder}") from None

    def held(self, log: NoteKey) -> Note | None:
        """The last checkpoint of this log that was signed here. Raises Unreadable when the memory is damaged."""
        return self._remembered(self._keys(log).keys[0])

    def _remembered(self, log: NoteKey) -> Note | None:
        file = self._file(log)
        if not file.exists():
            return None
        try:
            note = Note.from_text(file.read_text(encoding="utf-8"))
            note.believe(self.key)
            Checkpoint.from_text(note.text)
        except (OSError, ValueError, NotBelieved):
            raise Unreadable(f"{file} is damaged: restore it, or this witness vouches for nothing") from None
        return note

    def size_held(self, log: NoteKey) -> int:
        """How many events the last checkpoint has that was signed here; 0 when there is none. Raises Unreadable."""
        held = self.held(log)
        return Checkpoint.from_text(held.text).size if held is not None else 0

    def see(self, text: str, log: NoteKey, at: datetime, *, latest: bool = False) -> Seen:
        """Look at a checkpoint (alone, in a mail, or with the proof that it has grown) and sign it if it fits.

        `latest`: the log says that this is its last. Raises DoesNotFit, and Unreadable when nothing can be said.
        """
        with _alone(self._folder):
            growth = Growth.from_text(text) if text.startswith("old ") else None
            note = read_note(growth.note if growth is not None else text)
            tree = Checkpoint.from_text(note.text)
            if same_log(log, tree.origin) is None:
                raise Unreadable(f"This is a checkpoint of another log: {tree.origin}")
            keys = self._keys(log)
            signed = keys.line(note, tree)
            if not signed:
                raise Unreadable("It is not signed by the log's key")
            held = self.held(log)
            if held is not None:
                before = Checkpoint.from_text(held.text)
                try:
                    if not _is_later(before, tree, growth, latest=latest):
                        return Seen(_text_of(held, self.key, keys), before.size, new=False, first=False)
                except DoesNotFit:
                    self._keep_evidence(held, text)
                    raise
            cosigned = f"{note.text}\n{signed}{self._signer.line(note.text, seconds=int(at.timestamp()))}"
            write_whole(self._file(keys.keys[0]), cosigned.encode())
            sync_folder(self._folder)
            return Seen(cosigned, tree.size, new=True, first=held is None)

    def follow(self, paper: str) -> int:
        """The log changes its key: what was signed here under the old one goes on under the new one, and the old one ends.

        Returns how many events are held. The paper is believed because the old key signed it, of which something is held
        here. Raises Unreadable where nothing is, and DoesNotFit when the old key has signed here what the paper cannot
        know, or another paper: it was stolen, or the paper is false.
        """
        change = KeyChange.from_text(paper)
        with _alone(self._folder):
            keys = self._keys(change.old)
            first = keys.keys[0]
            if change in keys.changes:
                return self.size_held(change.new)
            held, after = self._remembered(first), self._remembered(change.new)
            if held is None:
                raise Unreadable(
                    "Nothing of the old key was signed here: take the new one from people, as the first"
                )
            before = Checkpoint.from_text(held.text)
            if before.size > change.size or (before.size == change.size and before.root != change.root):
                self._keep_evidence(held, change.text)
                raise DoesNotFit(
                    f"The paper ends the old key after {change.size:,} events; it has signed {before.size:,} here"
                )
            try:
                LogKeys.known(first, [*keys.changes, change])
            except Unreadable:
                self._keep_evidence(held, change.text)
                raise DoesNotFit("It does not go with the papers that were followed here before") from None
            if after is not None and Checkpoint.from_text(after.text).size > before.size:
                write_whole(self._file(first), self._file(change.new).read_bytes())
            write_whole(
                self._folder / _CHANGES / hashlib.sha256(paper.encode()).hexdigest()[:16], paper.encode()
            )
            sync_folder(self._folder)
            return self.size_held(change.new)

    def _keys(self, log: NoteKey) -> LogKeys:
        """The keys of this log, by the papers that were followed here. Raises Unreadable when the memory is damaged."""
        folder = self._folder / _CHANGES
        try:
            papers = [one.read_text(encoding="utf-8") for one in sorted(folder.glob("[!.]*"))]
        except (OSError, ValueError):
            raise Unreadable(
                f"{folder} is damaged: restore it, or this witness vouches for nothing"
            ) from None
        return LogKeys.linked(log, [KeyChange.from_text(one) for one in papers])

    def _file(self, log: NoteKey) -> Path:
        """One for each log and key, whatever its generation."""
        name, _, number = log.name.rpartition("/")
        log_of_all_times = name if name and number.isdecimal() else log.name
        named = hashlib.sha256(log_of_all_times.encode() + b"\0" + log.public).hexdigest()
        return self._folder / f"held-{named[:16]}"

    def _keep_evidence(self, held: Note, text: str) -> None:
        shown = hashlib.sha256(text.encode()).hexdigest()[:16]
        said = f"This witness had signed:\n\n{held.text}\nand was shown:\n\n{text}"
        write_whole(self._folder / _EVIDENCE / shown, said.encode())


def _is_later(before: Checkpoint, tree: Checkpoint, growth: Growth | None, *, latest: bool) -> bool:
    """Whether there is something new to sign. Raises DoesNotFit and Unreadable."""
    if tree.size == before.size and tree.origin == before.origin:
        if tree.root != before.root:
            raise DoesNotFit(f"There are two different logs of {tree.size:,} events: the log was changed")
        return False
    if tree.size < before.size:
        if latest:
            raise DoesNotFit(
                f"The log says that it has {tree.size:,} events, and has had {before.size:,}: it was put back"
            )
        raise Unreadable(f"It is older than the last one signed here, which has {before.size:,} events")
    if growth is None or growth.old != before.size:
        words = f"The proof that it has grown out of the one with {before.size:,} events is missing"
        if latest:  # whoever shows that log can prove it, unless it has another past
            raise DoesNotFit(f"{words}: ask for `heedline audit prove growth {before.size} {tree.size}`")
        raise Unreadable(words)
    if not growth.holds_from(before):
        raise DoesNotFit(
            f"The log of {tree.size:,} events did not grow out of the one with {before.size:,}: it was changed"
        )
    return True


def _text_of(note: Note, witness: NoteKey, keys: LogKeys) -> str:
    line = keys.line(note, Checkpoint.from_text(note.text))
    return f"{note.text}\n{line}{note.line_of(witness)}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        raise Unreadable(f"{folder} cannot be written to") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
