"""The key overview, which shows the keys of each desk, who can open them and what has changed.

Shown to the desk itself, to stewards and to overseers. Everything shown here comes from signed
statements. The tables of people supply nothing but names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from heedline.casework.access import keyring, session
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs, key_verification
from heedline.casework.keys.key_verification import recovery_of, words_of
from heedline.casework.setup import readdressing
from heedline.casework.setup.readdressing import EndedKey, key_desks
from heedline.desks.models import Desk, KeyStatement, Officer
from heedline.permits.capabilities import Capability
from heedline.permits.gate import allows
from heedline.vault.statements.directory import Directory, EpochKey
from heedline.vault.statements.signed import SignedStatement

#: So many changes are listed at once.
_MOST = 100


@dataclass(frozen=True)
class PersonLine:
    """A desk member, as listed in the key overview.

    `opens` is true if they hold the current key. `compared` is true if the viewer has compared this person's
    key words themselves.
    """

    id: UUID
    name: str
    has_keys: bool
    opens: bool
    compared: bool
    me: bool


class EpochState(StrEnum):
    """The states of a desk's key."""

    IN_FORCE = "in-force"
    TO_COME = "to-come"
    PAST = "past"
    ENDED = "ended"


@dataclass(frozen=True)
class EpochLine:
    """One of a desk's keys, as listed in the key overview."""

    opens_on: date
    state: EpochState
    holders: tuple[str, ...]
    leavers: tuple[str, ...]
    made_by: str


@dataclass(frozen=True)
class DeskKeys:
    """The key overview of one desk.

    `mine` is true if the viewer holds keys of this desk.
    """

    id: UUID
    code: str
    name: str
    mine: bool
    people: tuple[PersonLine, ...]
    epochs: tuple[EpochLine, ...]
    ended: tuple[EndedKey, ...]
    left: int
    can_destroy: bool
    recovery_holders: tuple[str, ...]
    recovery_compared: bool


@dataclass(frozen=True)
class Change:
    """A signed change to a desk's keys since the officer last reviewed them.

    `serial` is the number of the statement.
    """

    serial: int
    words: str
    on: date


def _names() -> dict[str, str]:
    return {str(one): name for one, name in Officer.objects.values_list("id", "name")}


def own_words(by: Attendance) -> str:
    """Return the verification words for the officer's own keys, to be read out to a colleague.

    Empty until two stewards have signed the keys.
    """
    return words_of(str(by.officer_id)) or ""


def desk_keys(*, by: Attendance, at: datetime) -> tuple[DeskKeys, ...]:
    """Return the key overview for each desk whose keys this person holds.

    Stewards and overseers get all desks. Raises Refused.
    """
    by.require(Capability.SEE_KEYS, *key_desks(by), None)
    mine = key_desks(by)
    rows = Desk.objects.order_by("name")
    if not allows(by.appointments, Capability.SEE_KEYS, [None]):
        rows = rows.filter(id__in=mine)
    known, names = key_directory.directory(), _names()
    return tuple(_desk(row, known, names, by=by, at=at, mine=row.id in mine) for row in rows)


def _desk(
    row: Desk, known: Directory, names: dict[str, str], *, by: Attendance, at: datetime, mine: bool
) -> DeskKeys:
    desk = str(row.id)
    current = known.current_epoch(desk, at.date())
    opens = known.holders(current) if current is not None else frozenset()
    heard = by.keyring.known if by.keyring is not None else key_verification.Known()
    ended = readdressing.ended(row.id, by=by) if mine else ()
    left = readdressing.left(row.id, by=by) if ended else 0
    recovery = known.recovery(desk)
    people = sorted(known.members(desk), key=lambda one: names.get(one, ""))
    return DeskKeys(
        id=row.id,
        code=row.code,
        name=row.name,
        mine=mine,
        people=tuple(
            PersonLine(
                UUID(one),
                names.get(one, "Somebody unknown"),
                known.officer(one) is not None,
                one in opens,
                heard.has_compared(one),
                one == str(by.officer_id),
            )
            for one in people
        ),
        epochs=tuple(
            _epoch(one, known, names, current, at) for one in known.epochs(desk) if _counts(one, ended)
        ),
        ended=ended,
        left=left,
        can_destroy=bool(ended) and not left and any(one.ready_at <= at for one in ended),
        recovery_holders=tuple(sorted(recovery.holders)) if recovery is not None else (),
        recovery_compared=heard.has_compared(recovery_of(desk)),
    )


def _counts(epoch: EpochKey, ended: tuple[EndedKey, ...]) -> bool:
    return not epoch.ended or any(str(one.epoch) == epoch.epoch for one in ended)


def _epoch(
    one: EpochKey, known: Directory, names: dict[str, str], current: EpochKey | None, at: datetime
) -> EpochLine:
    if one.ended:
        state = EpochState.ENDED
    elif current is not None and one.epoch == current.epoch:
        state = EpochState.IN_FORCE
    else:
        state = EpochState.TO_COME if one.opens_on > at.date() else EpochState.PAST
    holders = known.holders(one)
    return EpochLine(
        one.opens_on,
        state,
        tuple(sorted(names.get(who, "Somebody unknown") for who in holders)),
        tuple(sorted(names.get(who, "Somebody unknown") for who in one.grantees - holders)),
        names.get(one.made_by, "Somebody unknown"),
    )


# --- what has changed ------------------------------------------------------------------------------------------------


def changes(*, by: Attendance) -> tuple[Change, ...]:
    """Return the signed changes to the officer's desks since their last review, oldest first.

    The officer's own changes are left out. Raises Locked.
    """
    seen = by.keys().known.seen
    if not key_desks(by) or seen >= key_directory.directory().highest_serial:
        return ()
    refused = {one.id for one in key_directory.directory().refused}
    names, desks = _names(), {str(one): name for one, name in Desk.objects.values_list("id", "name")}
    found = []
    for text in (
        KeyStatement.objects.filter(serial__gt=seen).order_by("serial").values_list("signed", flat=True)
    ):
        try:
            signed = SignedStatement.from_json(text)
        except ValueError:  # nobody's statement: it says nothing, and stops nobody from reading the others
            continue
        said = signed.statement
        if said.id in refused or str(by.officer_id) in signed.signatures:
            continue
        words = _words(said.kind, dict(said.body), names, desks, {str(one) for one in key_desks(by)})
        if words:
            found.append(Change(said.serial, words, date.fromisoformat(said.issued_on)))
    return tuple(found[-_MOST:])


def _words(
    kind: str, body: dict[str, object], names: dict[str, str], desks: dict[str, str], mine: set[str]
) -> str:
    desk, person = str(body.get("desk", "")), str(body.get("person", ""))
    who, where = names.get(person, "Somebody unknown"), desks.get(desk, "a desk")
    listed = body.get("grantees")
    grantees = [str(one) for one in listed] if isinstance(listed, list) else []
    to = ", ".join(sorted(names.get(one, "somebody unknown") for one in grantees))
    if kind in {"officer", "leaver"} and not desk:
        known = key_directory.directory()
        colleagues = set[str]().union(*(known.members(one) for one in mine))
        if kind == "officer":
            return f"{who} has new keys: compare their words again." if person in colleagues else ""
        # of whoever held keys of one's desks: who else leaves is no business of a partner, nor of another desk
        ever = colleagues.union(*(epoch.grantees for one in mine for epoch in known.epochs(one)))
        return f"{who} has left." if person in ever else ""
    if desk not in mine:
        return ""
    match kind:
        case "member":
            return f"{who} is a member of {where}."
        case "leaver":
            return f"{who} is no member of {where} any more."
        case "epoch":
            return f"A new key of {where}, from {body.get('opens_on')}. It was granted to {to}."
        case "granted":
            return f"An earlier key of {where} was granted to {to}."
        case "ended":
            return f"A key of {where} has ended."
        case "destroyed":
            return f"A key of {where} was destroyed."
        case "recovery":
            holders = body.get("holders")
            held = ", ".join(str(one) for one in holders) if isinstance(holders, list) else ""
            return f"{where} has a recovery key, held in parts by {held}: compare its words."
        case "desk":
            return f"Two stewards have stated what {where} is."
    return ""


# --- with the passphrase ---------------------------------------------------------------------------------------------


def acknowledge(serial: int, passphrase: str, *, by: Attendance, at: datetime) -> Attendance:
    """Record that the officer has reviewed all changes up to `serial`.

    Raises WrongPassphrase and Locked.
    """
    by.keys()
    hand = keyring.hand_of(by.officer_id, passphrase)
    key_verification.acknowledge(serial, by=hand, at=at)
    return session.unlock_with_seed(by, hand.seed, at=at)


def colleague(person: UUID, *, by: Attendance) -> str:
    """Return the name of a colleague who shares a desk's keys with this officer.

    Raises NotHere for anybody else.
    """
    known = key_directory.directory()
    shared = [d for d in key_desks(by) if str(person) in known.members(str(d))]
    if not shared or person == by.officer_id or known.officer(str(person)) is None:
        raise NotHere
    return Officer.objects.values_list("name", flat=True).get(pk=person)


def compare(person: UUID, said: str, passphrase: str, *, by: Attendance, at: datetime) -> int:
    """Verify a colleague's key, grant them the shared desks' keys and return the number granted.

    The grants cover what this session can open of the desks that both belong to. Raises NotHere,
    WrongPassphrase and Locked. Raises Refused if the words differ.
    """
    colleague(person, by=by)
    by.keys()
    hand = keyring.hand_of(by.officer_id, passphrase)
    key_verification.compare(str(person), said, by=hand, at=at)
    epochs.keep_ahead(list(key_desks(by)), by=hand, at=at)
    here = session.unlock_with_seed(by, hand.seed, at=at)
    known = key_directory.directory()
    shared = [desk for desk in key_desks(by) if str(person) in known.members(str(desk))]
    return sum(epochs.grant_to(person, desk, by=hand, seeds=here.keys().seeds, at=at) for desk in shared)


def compare_recovery(desk: UUID, said: str, passphrase: str, *, by: Attendance, at: datetime) -> None:
    """Compare the verification words of a desk's recovery key with those on the printed shares.

    Raises the same exceptions as `compare`.
    """
    if desk not in key_desks(by) or key_directory.directory().recovery(str(desk)) is None:
        raise NotHere
    by.keys()
    hand = keyring.hand_of(by.officer_id, passphrase)
    key_verification.compare(recovery_of(desk), said, by=hand, at=at)
    here = session.unlock_with_seed(by, hand.seed, at=at).keys()
    epochs.grant_to_recovery([desk], here.known, by=by.officer_id, seeds=here.seeds, anew=True)
