"""Signed-in sessions and their unlocked keys.

After unlocking, the epoch keys of the officer's desks are stored in a row sealed under the cookie, until
the session has been idle for fifteen minutes. The officer's own seed is not stored. Granting and signing
ask for it again.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import (
    competences,
    own_terms,
    presence,
    provider_sessions,
    session_store,
    site,
)
from heedline.casework.access.keyring import DeskLine, Keyring, open_seed
from heedline.casework.access.session_store import SessionStore, keys_of, row_of
from heedline.casework.errors import Locked, SealingStopped
from heedline.casework.keys import epochs, key_verification, session_signing
from heedline.casework.keys.key_verification import Known
from heedline.casework.keys.signing import Hand
from heedline.desks import duty_hours
from heedline.desks.models import Appointment, EpochGrant, Officer
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.index.extraction import name_comparison
from heedline.packs import load_pack
from heedline.permits import functions, gate
from heedline.permits.capabilities import AnyCapability, Capability
from heedline.permits.competence import Competence
from heedline.permits.compiled_query import CompiledQuery
from heedline.permits.models import OfficeSession, UnlockedKeys
from heedline.permits.roles import GRANTS, Role, granted
from heedline.permits.rules import Standing
from heedline.vault import CannotOpen
from heedline.vault.grants import open_grant
from heedline.vault.small import derive_keys, open_small, seal_small

_APPOINTMENTS: Final = CompiledQuery[Appointment](
    lambda officer: (
        Appointment.objects.filter(officer_id=officer, ended_on=None)
        .select_related("desk")
        .order_by("desk__round_the_clock", "desk__name")
    )
)
_UNLOCKED: Final = CompiledQuery[UnlockedKeys](
    lambda session: UnlockedKeys.objects.filter(session_id=session)
)
_GRANTS: Final = CompiledQuery[EpochGrant](
    lambda officer: EpochGrant.objects.filter(officer_id=officer, epoch__destroyed_on=None)
)


@dataclass(frozen=True)
class Attendance:
    """The signed-in officer, their desks, and their keys if unlocked.

    `ask_at` is the time at which the single sign-on provider must be asked again, or None if the officer
    signed in at Heedline.
    """

    officer_id: UUID
    name: str
    appointments: tuple[tuple[str, UUID | None], ...]
    desks: tuple[DeskLine, ...]
    token: str = field(repr=False)
    competence: Competence
    keyring: Keyring | None = field(repr=False, default=None)
    ask_at: datetime | None = None
    organisation: str = ""
    dangers: tuple[Mapping[str, Any], ...] | None = field(repr=False, default=None)
    """The desks' open danger-to-life records (`permits.danger_functions`), or None if not loaded."""

    @property
    def unlocked(self) -> bool:
        return self.keyring is not None

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for role, _ in self.appointments)

    @property
    def desk_ids(self) -> tuple[UUID, ...]:
        return tuple(desk.id for desk in self.desks)

    def keys(self) -> Keyring:
        """Return the unlocked keys.

        Raises Locked.
        """
        if self.keyring is None:
            raise Locked
        return self.keyring

    def may(self, capability: AnyCapability) -> bool:
        """Return whether any of the officer's roles includes this capability on any desk."""
        return any(capability in granted(Role(role)) for role, _ in self.appointments)

    def require(
        self,
        capability: AnyCapability,
        *desks: UUID | None,
        standing: Standing | None = None,
        excused: bool = False,
        begun: bool = False,
    ) -> str:
        """Raise Refused unless a role on one of `desks` includes `capability` and its rules hold.

        Without `desks`, any of the officer's desks will do. Returns the missing training that was let pass, for
        the log. See `gate.require`.
        """
        return gate.require(
            self.appointments,
            capability,
            desks=desks or (*self.desk_ids, None),
            standing=standing,
            competence=self.competence,
            excused=excused,
            begun=begun,
        )

    def why_untrained(self, capability: Capability) -> str:
        """Return the training that the officer lacks for this capability, or "" if none.

        It is missing at every desk where the officer's role includes the capability.
        """
        try:
            self.require(capability)
        except gate.Refused as refused:
            return refused.reason if self.may(capability) else ""
        return ""


def come_in(
    session: SessionStore, *, at: datetime, with_keys: bool = True, extends: bool = True
) -> tuple[Officer, Attendance] | None:
    """Begin a request by loading its officer with their desks and unlocked keys.

    One statement does this and also tells the database whose session it is. Returns None if the session is
    unknown or has expired, or if its officer does not work at this site. Must always be paired with `leave`.

    The caller checks whether the session is still valid for that officer (password and way of signing in).
    `with_keys=False` is for automatic requests of a page that nobody is using, which must not keep the keys
    unlocked. `extends=False` gives a request the keys without extending the time for which they are unlocked.
    """
    token = session.session_key
    if token is None:
        return None
    query = session_store.SESSION_OF_PARTNER if settings.FOR_PARTNERS else session_store.SESSION
    with functions.unseen():
        found = query.rows(row_of(token), datetime.now(UTC), keys_of(token).row_id.hex())
        row: Any = next(iter(found), None)
    session.found(row)
    if row is not None and session.was_altered:
        _altered(row, at)
    if row is None or row.officer is None or session.session_key is None:
        return None
    works_at = [
        (
            line["role"],
            DeskLine(UUID(line["desk"]), line["code"], line["name"], line["round_the_clock"], line["kind"])
            if line["desk"] is not None
            else None,
        )
        for line in row.works_at
    ]
    roles = [role for role, _ in works_at]
    if not site.works_here(roles) or not provider_sessions.counts(row, roles=roles, at=at):
        return None
    here = _attendance(row.officer, works_at, competences.kept(row.trained), token, at)
    kept = getattr(row, "unlocked", None) if with_keys else None
    return row.officer, replace(
        here,
        keyring=_unlocked(here, kept, at, extends=extends),
        ask_at=provider_sessions.ask_at(row),
        dangers=tuple(getattr(row, "dangers", ())),
    )


def _altered(row: OfficeSession, at: datetime) -> None:
    """Log that a session's row was altered, alert the default desk, and delete the row."""
    functions.leave_session()
    with transaction.atomic():
        if not OfficeSession.objects.filter(row=row.row).delete()[0]:
            return
        if settings.FOR_PARTNERS:
            if row.officer_id is not None:  # the log takes nothing else from there
                journal.record(Act.SESSION_ALTERED, actor=row.officer_id, refused=True)
            return
        journal.record(Act.SESSION_ALTERED, actor=row.officer_id, refused=True)
        post(Letter.SESSION_ALTERED, desk=duty_hours.desk_for_everything(), thing_id=None, at=at)


def enter(session_key: str, officer: Officer, *, at: datetime) -> Attendance:
    """Begin a request for an officer whose session has already been validated.

    Works like `come_in`. Used by the demonstration and by tests.
    """
    functions.enter_session(keys_of(session_key).row_id)
    works_at = [
        (
            row.role,
            DeskLine(d.id, d.code, d.name, d.round_the_clock, d.kind)
            if (d := row.desk) is not None
            else None,
        )
        for row in _APPOINTMENTS.rows(officer.id)
    ]
    here = _attendance(officer, works_at, competences.of_officer(officer.id), session_key, at)
    kept = next(iter(_UNLOCKED.rows(row_of(session_key))), None)
    return replace(here, keyring=_unlocked(here, kept, at))


def _attendance(
    officer: Officer,
    works_at: Sequence[tuple[str, DeskLine | None]],
    trained: Mapping[str, date],
    token: str,
    at: datetime,
) -> Attendance:
    reads = {
        desk.id: desk
        for role, desk in works_at
        if desk is not None and Capability.SEE_QUEUE in GRANTS[Role(role)]
    }
    return Attendance(
        officer_id=officer.id,
        name=officer.name,
        appointments=tuple((role, desk.id if desk is not None else None) for role, desk in works_at),
        desks=tuple(reads.values()),
        token=token,
        competence=competences.competence(
            trained,
            {desk.id: desk.kind for _, desk in works_at if desk is not None},
            at.date(),
            leads=[desk.id for role, desk in works_at if desk is not None and role == Role.SUPERVISOR],
        ),
        organisation=officer.organisation.name,
    )


def leave() -> None:
    """End a request: revoke the connection's access to reports and clear the cached name comparisons."""
    name_comparison.forget()
    functions.leave_session()


def _idle() -> timedelta:
    return load_pack(settings.PACK).clock("unlock_idle")


def _unlocked(
    here: Attendance, row: UnlockedKeys | None, at: datetime, *, extends: bool = True
) -> Keyring | None:
    if row is None or row.idle_until <= at:
        return None
    keys = derive_keys(here.token.encode(), "unlocked")
    try:
        kept = json.loads(open_small(keys.key, bytes(row.sealed), aad=keys.row_id))
    except CannotOpen:
        return None
    if extends and row.idle_until < at + _idle() - timedelta(minutes=1):  # one write a minute is enough
        UnlockedKeys.objects.filter(session_id=row.session_id).update(idle_until=at + _idle())
    return Keyring(
        {UUID(epoch): bytes.fromhex(seed) for epoch, seed in kept["epochs"].items()},
        session_signing.Voice.from_kept(kept["voice"]),
        Known.from_kept(kept["known"]),
        tuple(kept["own_terms"]),
        bytes.fromhex(kept["personal"]),
    )


def unlock(by: Attendance, passphrase: str, *, at: datetime) -> Attendance:
    """Unlock the epoch keys of the officer's desks for this session.

    Raises CannotOpen for a wrong passphrase. Success and failure are both logged.
    """
    try:
        seed = open_seed(by.officer_id, passphrase)
    except CannotOpen:
        journal.record(Act.UNLOCK_REFUSED, actor=by.officer_id, refused=True)
        raise
    return unlock_as_member(by, seed, at=at)


def unlock_as_member(by: Attendance, seed: bytes, *, at: datetime) -> Attendance:
    """Unlock the session with a desk member's seed, and maintain the keys of their desks.

    Maintenance means making keys in advance, ending those that leavers hold, and granting to recovery keys.
    """
    mine = [
        desk
        for role, desk in by.appointments
        if desk is not None and Capability.MAKE_EPOCH in GRANTS[Role(role)]
    ]
    with contextlib.suppress(SealingStopped):  # no pinned root: reading what was sealed before still works
        epochs.keep_ahead(mine, by=Hand(str(by.officer_id), seed), at=at)
    here = unlock_with_seed(by, seed, at=at)
    with contextlib.suppress(SealingStopped):
        epochs.grant_to_recovery(mine, here.keys().known, by=by.officer_id, seeds=here.keys().seeds)
        epochs.state_opened(mine, here.keys().seeds, by=Hand(str(by.officer_id), seed), at=at)
    return here


def unlock_with_seed(by: Attendance, seed: bytes, *, at: datetime) -> Attendance:
    """Unlock directly from a seed, as passkeys and the demo do.

    This is the second half of `unlock`.
    """
    seeds: dict[UUID, bytes] = {}
    for grant in _GRANTS.rows(by.officer_id):
        try:
            seeds[grant.epoch_id] = open_grant(
                bytes(grant.sealed), seed, info=epochs.grant_context(grant.epoch_id, by.officer_id)
            )
        except CannotOpen:
            continue  # a grant that is not ours to open helps nobody; the directory says who should have one
    voice = session_signing.new_voice(by.officer_id, seed, at=at)
    known = key_verification.load(by.officer_id, seed)
    terms = own_terms.load(by.officer_id, seed)
    kept = json.dumps(
        {
            "epochs": {str(e): s.hex() for e, s in seeds.items()},
            "voice": voice.to_keep(),
            "known": known.to_keep(),
            "own_terms": terms,
            "personal": (personal := derive_keys(seed, "personal").key).hex(),
        }
    )
    keys = derive_keys(by.token.encode(), "unlocked")
    with transaction.atomic():
        UnlockedKeys.objects.update_or_create(
            session_id=row_of(by.token),
            defaults={
                "sealed": seal_small(keys.key, kept.encode(), aad=keys.row_id),
                "idle_until": at + _idle(),
            },
        )
        journal.record(Act.KEYS_UNLOCKED, actor=by.officer_id, detail={"epochs": len(seeds)})
    return replace(by, keyring=Keyring(seeds, voice, known, terms, personal))


def lock(by: Attendance) -> None:
    """Delete this session's unlocked keys.

    The officer is no longer shown as having a report open.
    """
    UnlockedKeys.objects.filter(session_id=row_of(by.token)).delete()
    presence.forget(by.officer_id)
    presence.forget_views(row_of(by.token))
    journal.record(Act.KEYS_LOCKED, actor=by.officer_id)


def lock_everywhere(by: Attendance) -> None:
    """Delete the unlocked keys of all of this officer's sessions."""
    mine = OfficeSession.objects.filter(officer_id=by.officer_id).values_list("row", flat=True)
    sessions = [bytes(row) for row in mine]
    UnlockedKeys.objects.filter(session_id__in=sessions).delete()
    presence.forget(by.officer_id)
    presence.forget_views(*sessions)
    journal.record(Act.KEYS_LOCKED, actor=by.officer_id)


def signed_in(officer: Officer) -> None:
    """Log a sign-in."""
    journal.record(Act.SIGNED_IN, actor=officer.id)


def sign_in_refused(email: str) -> None:
    """Log a refused sign-in, naming the officer with that email address if there is one."""
    found = Officer.objects.filter(email__iexact=email).values_list("id", flat=True).first()
    journal.record(Act.SIGN_IN_REFUSED, actor=found, refused=True)


def signed_out(by: Attendance) -> None:
    """Log a sign-out and delete the session's unlocked keys."""
    UnlockedKeys.objects.filter(session_id=row_of(by.token)).delete()
    presence.forget(by.officer_id)
    presence.forget_views(row_of(by.token))
    journal.record(Act.SIGNED_OUT, actor=by.officer_id)


def end_sessions(officer_id: UUID) -> None:
    """End all sessions of an officer immediately."""
    OfficeSession.objects.filter(officer_id=officer_id).delete()


def officer_of_session(session_key: str) -> UUID | None:
    """Return the officer of a session, even if the session has expired.

    A form that is submitted too late can then be saved for them.
    """
    return OfficeSession.objects.filter(row=row_of(session_key)).values_list("officer_id", flat=True).first()


def office_zone() -> ZoneInfo:
    """Return the time zone in which officers see times."""
    return ZoneInfo(settings.OFFICE_ZONE)


def now() -> datetime:
    """Return the current UTC time, for web and job code.

    The layers below receive the time as an argument.
    """
    return datetime.now(UTC)
