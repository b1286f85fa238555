"""Records of the verification words that officers have compared and the changes that they have reviewed.

An officer grants a desk's keys only to people whose words they have compared. Two stewards could sign a
non-existent member onto a desk, but no colleague could hear that member read out their words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.keys.directory import directory
from heedline.casework.keys.signing import Hand
from heedline.desks.models import Acquaintances
from heedline.permits.compiled_query import CompiledQuery
from heedline.permits.gate import Refused
from heedline.vault import CannotOpen, fingerprints
from heedline.vault.keys import hkdf
from heedline.vault.small import open_small, seal_small


@dataclass(frozen=True)
class Known:
    """The verification words that an officer has compared, and the last statement they have reviewed.

    The words are listed by person (or by `recovery/<desk>`).
    """

    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    seen: int = 0

    def to_keep(self) -> dict[str, object]:
        return {"words": dict(self.words), "seen": self.seen}

    @classmethod
    def from_kept(cls, kept: Mapping[str, object]) -> Known:
        words = kept.get("words")
        seen = kept.get("seen")
        return cls(dict(words) if isinstance(words, dict) else {}, seen if isinstance(seen, int) else 0)

    def has_compared(self, subject: str) -> bool:
        """Return whether the officer has compared the verification words of this subject's trusted keys."""
        now = words_of(subject)
        return now is not None and self.words.get(subject) == now


def recovery_of(desk: UUID | str) -> str:
    """Return the subject under which a desk's recovery key is recorded."""
    return f"recovery/{desk}"


def words_of(subject: str) -> str | None:
    """Return the verification words of a subject's trusted keys, or None if it has none."""
    kind, _, desk = subject.partition("/")
    if desk and kind == "recovery":
        recovery = directory().recovery(desk)
        return fingerprints.words(recovery.kem) if recovery is not None else None
    keys = directory().officer(subject)
    return fingerprints.words(keys.kem, keys.signing) if keys is not None else None


def _key(seed: bytes) -> bytes:
    return hkdf(seed, label="acquaintances")


_KEPT: Final = CompiledQuery[Acquaintances](lambda officer: Acquaintances.objects.filter(officer_id=officer))


def load(officer: UUID, seed: bytes) -> Known:
    """Return the verification words that an officer has compared and the changes they have reviewed.

    Records that do not open under the officer's seed are ignored.
    """
    row = next(iter(_KEPT.rows(officer)), None)
    if row is None:
        return Known()
    try:
        return Known.from_kept(json.loads(open_small(_key(seed), bytes(row.sealed), aad=officer.bytes)))
    except CannotOpen:
        return Known()


def _keep(by: Hand, known: Known) -> None:
    officer = UUID(by.person)
    sealed = seal_small(_key(by.seed), json.dumps(known.to_keep()).encode(), aad=officer.bytes)
    Acquaintances.objects.update_or_create(officer_id=officer, defaults={"sealed": sealed})


def compare(subject: str, said: str, *, by: Hand, at: datetime) -> None:
    """Record that `by` heard these verification words from the person to whom they belong.

    Raises Refused if the words differ. Success and failure are both logged.
    """
    thing, thing_id = (
        ("desk", UUID(subject.partition("/")[2])) if "/" in subject else ("officer", UUID(subject))
    )
    words, actor = words_of(subject), UUID(by.person)
    if words is None or not fingerprints.alike(said, words):
        journal.record(Act.KEY_COMPARED, actor=actor, thing=thing, thing_id=thing_id, refused=True)
        raise Refused(
            "These are not the words of the key that would be granted. Read them to each other once more. "
            "If they stay different, grant nothing and tell the overseer."
        )
    known = load(actor, by.seed)
    with transaction.atomic():
        _keep(by, replace(known, words={**known.words, subject: words}))
        journal.record(Act.KEY_COMPARED, actor=actor, thing=thing, thing_id=thing_id)


def acknowledge(serial: int, *, by: Hand, at: datetime) -> None:
    """Record that `by` has reviewed every change up to this statement."""
    known = load(UUID(by.person), by.seed)
    if serial > known.seen:
        _keep(by, replace(known, seen=min(serial, directory().highest_serial)))
    journal.record(Act.CHANGES_SEEN, actor=UUID(by.person), detail={"serial": serial})
