"""An outside witness that signs a checkpoint only if it extends the last one signed for that log.

Needs neither the database nor settings. A witness writes what it signs to its disk first, so that it never
forgets what it vouched for, even if it is killed. Two processes that run at the same time take turns. A log
that shows two different pasts gets no second signature, and what it showed is kept as evidence.
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
from heedline.vault.notes import COSIGNATURE, NotBelieved, Note, NoteKey, NoteSigner, TreeHead

_KEY, _LOCK, _EVIDENCE, _CHANGES = "witness-key", "lock", "evidence", "changes"


class DoesNotFit(Exception):
    """Raised when the checkpoint conflicts with the witness's records.

    `str()` says how. Nothing was signed.
    """


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of examining a checkpoint.

    It holds the checkpoint with this witness's signature, whether it is new, and whether it is the first.
    """

    note: str
    size: int
    new: bool
    first: bool


def new(folder: Path, name: str) -> NoteKey:
    """Create a witness with a key and a folder for its records.

    Raises Unreadable if the folder already holds a witness.
    """
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
    """A witness whose records are stored in a folder.

    Raises Unreadable if the folder holds none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            said = json.loads((folder / _KEY).read_text(encoding="ascii"))
            self._signer = NoteSigner(said["name"], bytes.fromhex(said["seed"]), COSIGNATURE)
            self.key = self._signer.key
        except (OSError, ValueError, KeyError, TypeError):
            raise Unreadable(f"There is no witness in {folder}") from None

    def held(self, log: NoteKey) -> Note | None:
        """Return the last checkpoint of this log that this witness signed.

        Raises Unreadable if the memory is damaged.
        """
        return self._remembered(self._keys(log).keys[0])

    def _remembered(self, log: NoteKey) -> Note | None:
        file = self._file(log)
        if not file.exists():
            return None
        try:
            note = Note.from_text(file.read_text(encoding="utf-8"))
            note.believe(self.key)
            TreeHead.from_text(note.text)
        except (OSError, ValueError, NotBelieved):
            raise Unreadable(f"{file} is damaged: restore it, or this witness vouches for nothing") from None
        return note

    def size_held(self, log: NoteKey) -> int:
        """Return the size of the last checkpoint signed here, or 0 if there is none.

        Raises Unreadable.
        """
        held = self.held(log)
        return TreeHead.from_text(held.text).size if held is not None else 0

    def see(self, text: str, log: NoteKey, at: datetime, *, latest: bool = False) -> Seen:
        """Examine a checkpoint and sign it if it is consistent with earlier ones.

        `text` is the checkpoint alone, in an email, or with the proof that it has grown. `latest` means that the
        log presents it as its latest. Raises DoesNotFit. Raises Unreadable if nothing can be said about it.
        """
        with _alone(self._folder):
            growth = Growth.from_text(text) if text.startswith("old ") else None
            note = read_note(growth.note if growth is not None else text)
            tree = TreeHead.from_text(note.text)
            if same_log(log, tree.origin) is None:
                raise Unreadable(f"This is a checkpoint of another log: {tree.origin}")
            keys = self._keys(log)
            signed = keys.line(note, tree)
            if not signed:
                raise Unreadable("It is not signed by the log's key")
            held = self.held(log)
            if held is not None:
                before = TreeHead.from_text(held.text)
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
        """Accept a change of the log's key and return the size of the last checkpoint signed here.

        What was signed here under the old key continues under the new one, and the old key ends. The document is
        trusted because it is signed by the old key, for which a checkpoint is held here. Raises Unreadable if
        none is held. Raises DoesNotFit if the old key has signed something here that the document cannot account
        for, or another such document. In that case the key was stolen or the document is false.
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
            before = TreeHead.from_text(held.text)
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
            if after is not None and TreeHead.from_text(after.text).size > before.size:
                write_whole(self._file(first), self._file(change.new).read_bytes())
            write_whole(
                self._folder / _CHANGES / hashlib.sha256(paper.encode()).hexdigest()[:16], paper.encode()
            )
            sync_folder(self._folder)
            return self.size_held(change.new)

    def _keys(self, log: NoteKey) -> LogKeys:
        """Return the log's keys, as given by the key changes that this witness has accepted.

        Raises Unreadable if the memory is damaged.
        """
        folder = self._folder / _CHANGES
        try:
            papers = [one.read_text(encoding="utf-8") for one in sorted(folder.glob("[!.]*"))]
        except (OSError, ValueError):
            raise Unreadable(
                f"{folder} is damaged: restore it, or this witness vouches for nothing"
            ) from None
        return LogKeys.linked(log, [KeyChange.from_text(one) for one in papers])

    def _file(self, log: NoteKey) -> Path:
        """Return the path of the record file for a log and key.

        The path is the same for all generations of a log.
        """
        name, _, number = log.name.rpartition("/")
        log_of_all_times = name if name and number.isdecimal() else log.name
        named = hashlib.sha256(log_of_all_times.encode() + b"\0" + log.public).hexdigest()
        return self._folder / f"held-{named[:16]}"

    def _keep_evidence(self, held: Note, text: str) -> None:
        shown = hashlib.sha256(text.encode()).hexdigest()[:16]
        said = f"This witness had signed:\n\n{held.text}\nand was shown:\n\n{text}"
        write_whole(self._folder / _EVIDENCE / shown, said.encode())


def _is_later(before: TreeHead, tree: TreeHead, growth: Growth | None, *, latest: bool) -> bool:
    """Return True for a checkpoint that extends the last one signed, or False if it is the same one.

    Raises DoesNotFit and Unreadable.
    """
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
    line = keys.line(note, TreeHead.from_text(note.text))
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
