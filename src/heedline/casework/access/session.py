"""Being at work: a signed-in session and its unlocked keys.

After unlocking, the epoch keys of the person's desks lie in a row sealed under the cookie, for fifteen idle minutes.
The officer's own seed is not kept: it is asked for again to grant or to sign.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import competences, own_terms, provider_sessions, site
from heedline.casework.access.session_store import SessionStore, keys_of, row_of
from heedline.casework.errors import Locked, SealingStopped, WrongPassphrase
from heedline.casework.keys import epochs, key_verification, session_signing
from heedline.casework.keys.key_verification import Known
from heedline.casework.keys.signing import Hand
from heedline.desks.models import Appointment, EpochGrant, Officer, SeedWrapping
from heedline.packs import load_pack
from heedline.permits import functions, gate
from heedline.permits.capabilities import AnyCapability, Capability
from heedline.permits.competence import Competence
from heedline.permits.models import OfficeSession, UnlockedKeys
from heedline.permits.roles import GRANTS, Role, granted
from heedline.permits.rules import Standing
from heedline.vault import CannotOpen
from heedline.vault.grants import open_grant
from heedline.vault.passphrases import WrappedSeed, unwrap_seed
from heedline.vault.small import derive_keys, open_small, seal_small


@dataclass(frozen=True)
class DeskLine:
    """A desk that the person works on."""

    id: UUID
    code: str
    name: str
    round_the_clock: bool
    kind: str = ""


@dataclass(frozen=True)
class Keyring:
    """Seeds of epochs that this session has unlocked, by epoch. Never rendered, never logged."""

    seeds: dict[UUID, bytes] = field(repr=False)
    voice: session_signing.Voice = field(repr=False)
    known: Known = field(repr=False, default_factory=Known)
    own_terms: tuple[str, ...] = field(repr=False, default=())
    """What concerns this officer themselves, compared with what they open: see `report/conflict_terms.py`."""

    def for_any(self, epochs: Iterable[UUID]) -> list[bytes]:
        """The seeds that may open a header addressed to `epochs`."""
        return [self.seeds[e] for e in epochs if e in self.seeds]


@dataclass(frozen=True)
class Attendance:
    """Who is in front of the screen, where they work, and whether their keys are unlocked.

    `ask_at`: when the provider of single sign-on has to be asked again; None for who signed in here.
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
        """The unlocked keys. Raises Locked."""
        if self.keyring is None:
            raise Locked
        return self.keyring

    def may(self, capability: AnyCapability) -> bool:
        """Whether any role of theirs includes this, anywhere."""
        return any(capability in granted(Role(role)) for role, _ in self.appointments)

    def require(
        self,
        capability: AnyCapability,
        *desks: UUID | None,
        standing: Standing | None = None,
        excused: bool = False,
        begun: bool = False,
    ) -> str:
        """Raise Refused unless a role on one of `desks` (none: any of theirs) includes `capability` and its rules hold.

        Returns the training that was missing and let pass, for the log; see `gate.require`.
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
        """What training they miss for this at every desk where their role includes it; empty when nothing is missing."""
        try:
            self.require(capability)
        except gate.Refused as refused:
            return refused.reason if self.may(capability) else ""
        return ""


#: Where somebody works, as a column beside their session.
_WORKS_AT = ArraySubquery(
    Appointment.objects.filter(officer=OuterRef("officer"), ended_on=None)
    .order_by("desk__round_the_clock", "desk__name")
    .values(
        line=JSONObject(
            role="role",
            desk="desk_id",
            code="desk__code",
            name="desk__name",
            round_the_clock="desk__round_the_clock",
            kind="desk__kind",
        )
    )
)


def come_in(
    session: SessionStore, *, at: datetime, with_keys: bool = True
) -> tuple[Officer, Attendance] | None:
    """Begin a request: find whose session it is, where they work and what is unlocked, and tell the database, all in one
    statement. None for a session that is nobody's or over, or of somebody who does not work at this site. Always paired with `leave`.

    Whether the session still counts for that officer (password, way in) is the caller's question. `with_keys=False` is
    for what a page asks by itself while nobody touches it: that must not keep the keys unlocked.
    """
    token = session.session_key
    if token is None:
        return None
    rows = session.rows().select_related(
        "officer__organisation", "officer__provider_binding", "unlocked", "provider"
    )
    behind = functions.session_entered(keys_of(token).row_id)
    with functions.unseen():
        row = rows.annotate(behind=behind, works_at=_WORKS_AT, trained=competences.TRAININGS).first()
    session.found(row)
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
    return row.officer, replace(here, keyring=_unlocked(here, kept, at), ask_at=provider_sessions.ask_at(row))


def enter(session_key: str, officer: Officer, *, at: datetime) -> Attendance:
    """`come_in` for whoever knows already whose session it is, and that it counts: the demonstration, tests."""
    functions.enter_session(keys_of(session_key).row_id)
    rows = Appointment.objects.filter(officer=officer, ended_on=None).select_related("desk")
    works_at = [
        (
            row.role,
            DeskLine(d.id, d.code, d.name, d.round_the_clock, d.kind)
            if (d := row.desk) is not None
            else None,
        )
        for row in rows.order_by("desk__round_the_clock", "desk__name")
    ]
    here = _attendance(officer, works_at, competences.of_officer(officer.id), session_key, at)
    kept = UnlockedKeys.objects.filter(session_id=row_of(session_key)).first()
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
    """End a request: this connection sees no report any more."""
    functions.leave_session()


def _idle() -> timedelta:
    return load_pack(settings.PACK).clock("unlock_idle")


def _unlocked(here: Attendance, row: UnlockedKeys | None, at: datetime) -> Keyring | None:
    if row is None or row.idle_until <= at:
        return None
    keys = derive_keys(here.token.encode(), "unlocked")
    try:
        kept = json.loads(open_small(keys.key, bytes(row.sealed), aad=keys.row_id))
    except CannotOpen:
        return None
    if row.idle_until < at + _idle() - timedelta(minutes=1):  # one write a minute is enough
        UnlockedKeys.objects.filter(session_id=row.session_id).update(idle_until=at + _idle())
    return Keyring(
        {UUID(epoch): bytes.fromhex(seed) for epoch, seed in kept["epochs"].items()},
        session_signing.Voice.from_kept(kept["voice"]),
        Known.from_kept(kept["known"]),
        tuple(kept["own_terms"]),
    )


def wrapping_context(officer: UUID) -> bytes:
    """What a wrapped seed is bound to."""
    return f"{settings.INSTALLATION}/{officer}".encode()


def open_seed(officer: UUID, passphrase: str) -> bytes:
    """Return the officer's seed. Slow on purpose. Raises CannotOpen."""
    for wrapping in SeedWrapping.objects.filter(officer_id=officer).exclude(way="passkey").order_by("way"):
        try:
            return unwrap_seed(
                WrappedSeed.from_json(wrapping.wrapped), passphrase, context=wrapping_context(officer)
            )
        except CannotOpen:
            continue
    raise CannotOpen


def hand_of(officer: UUID, passphrase: str) -> Hand:
    """Whoever types their passphrase to grant, to compare, to sign or to open an identity. Raises WrongPassphrase; logged.

    In a verb that is undone by it, the verb's own refusal is what the log keeps.
    """
    try:
        return Hand(str(officer), open_seed(officer, passphrase))
    except CannotOpen:
        journal.record(Act.UNLOCK_REFUSED, actor=officer, refused=True)
        raise WrongPassphrase from None


def unlock(by: Attendance, passphrase: str, *, at: datetime) -> Attendance:
    """Unlock the epoch keys of the person's desks for this session. Raises CannotOpen for a wrong passphrase; both are logged."""
    try:
        seed = open_seed(by.officer_id, passphrase)
    except CannotOpen:
        journal.record(Act.UNLOCK_REFUSED, actor=by.officer_id, refused=True)
        raise
    return unlock_as_member(by, seed, at=at)


def unlock_as_member(by: Attendance, seed: bytes, *, at: datetime) -> Attendance:
    """Unlock, and do what a member's unlocking does for their desks: keys ahead, ended keys, recovery."""
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
    """The second half of `unlock`, for whoever holds the seed itself (a passkey, the demonstration)."""
    seeds: dict[UUID, bytes] = {}
    for grant in EpochGrant.objects.filter(officer_id=by.officer_id, epoch__destroyed_on=None):
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
    return replace(by, keyring=Keyring(seeds, voice, known, terms))


def lock(by: Attendance) -> None:
    """Forget the unlocked keys of this session."""
    UnlockedKeys.objects.filter(session_id=row_of(by.token)).delete()
    journal.record(Act.KEYS_LOCKED, actor=by.officer_id)


def signed_in(officer: Officer) -> None:
    """Log a sign-in."""
    journal.record(Act.SIGNED_IN, actor=officer.id)


def sign_in_refused(email: str) -> None:
    """Log a refused sign-in: of the officer with that address, or of nobody."""
    found = Officer.objects.filter(email__iexact=email).values_list("id", flat=True).first()
    journal.record(Act.SIGN_IN_REFUSED, actor=found, refused=True)


def signed_out(by: Attendance) -> None:
    """Log a sign-out and forget the keys with it."""
    UnlockedKeys.objects.filter(session_id=row_of(by.token)).delete()
    journal.record(Act.SIGNED_OUT, actor=by.officer_id)


def end_sessions(officer_id: UUID) -> None:
    """End every session of an officer now."""
    OfficeSession.objects.filter(officer_id=officer_id).delete()


def officer_of_session(session_key: str) -> UUID | None:
    """Whose session this was, also when its time has run out (so that a late form can be held for them)."""
    return OfficeSession.objects.filter(row=row_of(session_key)).values_list("officer_id", flat=True).first()


def office_zone() -> ZoneInfo:
    """The zone that officers read times in."""
    return ZoneInfo(settings.OFFICE_ZONE)


def now() -> datetime:
    """The present, for web and jobs: below them, time comes in as an argument."""
    return datetime.now(UTC)
