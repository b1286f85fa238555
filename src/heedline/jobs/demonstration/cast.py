"""The demonstration data, with desks of every kind, their staff and about 40 invented reports.

It is created by calling the real casework functions, and bypasses no rule. Every officer was enrolled,
every key signed, and every report sealed and sent by the public process's own database role. The
passphrases go into `demo.json` and nowhere else.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from heedline.casework.report import sealing
from heedline.jobs.demonstration import board, linking, partners, skills
from heedline.jobs.demonstration import desks as demo_desks
from heedline.jobs.demonstration import files as demo_files
from heedline.jobs.demonstration.acting import as_process
from heedline.jobs.demonstration.closings import answer_first, record_checks
from heedline.jobs.demonstration.scenario import DemoScenario, read_scenario, refuse_empty_desks
from heedline.vault.codes import ReceiptCode, new_code
from heedline.vault.keys import new_seed, signing_public
from heedline.vault.statements.signed import ROOT

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

SHIFT = timedelta(hours=12)


@dataclass
class _Cast:
    """The people, keys and desks created so far for the demonstration."""

    scenario: DemoScenario
    root: bytes = field(default_factory=new_seed)
    officers: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    desks: dict[str, Any] = field(default_factory=dict)
    organisations: dict[str, Any] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    canary: Any = None
    partner: Any = None


def say(words: str) -> None:
    """Print progress for the operator."""
    print(f"  {words}", flush=True)  # noqa: T201 – a command that reports on itself


def load(home: Path) -> None:
    """Fill an empty database with the demonstration data.

    Writes `root.pub` and `demo.json` to `home`.
    """
    import django

    django.setup()
    from django.conf import settings
    from django.db import transaction

    from heedline.casework.continuity import canary
    from heedline.casework.keys import directory as key_directory
    from heedline.casework.setup import stewardship
    from heedline.packs import load_pack

    at = datetime.now(UTC)
    cast = _Cast(read_scenario(load_pack(settings.PACK)))
    stewards = cast.scenario.stewards
    settings.ROOT = signing_public(cast.root).hex()
    key_directory.forget()
    say("Making people and keys (each passphrase is slow on purpose)")
    with transaction.atomic():
        stewardship.found(born="demo")
        _people(cast, at)
        _desks_and_epochs(cast, at)
        _rota(cast, at)
        skills.languages(cast.scenario, lambda name: _sitting(cast, name, at), stewards[0], at)
        skills.trainings(cast.scenario, lambda name: _sitting(cast, name, at), stewards[0], at)
        cast.canary = canary.found(hands=[cast.keys[name].hand for name in stewards], at=at)
    canary.plant(cast.canary, at=at)
    _write(home / "root.pub", settings.ROOT)
    _write(home / "demo.json", json.dumps(_facts(cast), indent=2))
    _reports(cast)


def _people(cast: _Cast, at: datetime) -> None:
    from django.conf import settings
    from django.contrib.auth.hashers import make_password

    from heedline.casework.setup import stewardship
    from heedline.packs import load_pack

    pack = load_pack(settings.PACK)
    refuse_empty_desks(cast.scenario, pack)
    root = [stewardship.Hand(ROOT, cast.root)]
    for code, organisation in pack.organisations.items():
        cast.organisations[code] = stewardship.make_organisation(code, organisation.name, hands=root, at=at)
    works_at = {
        name: pack.desks[desk or pack.watch_desk].organisation for name, desk, *_ in cast.scenario.people
    }
    if (partner := cast.scenario.partner) is not None:
        code = partner.organisation
        cast.organisations[code] = stewardship.make_organisation(
            code, partner.organisation_name, hands=root, at=at
        )
        works_at |= dict.fromkeys(partner.people, code)
    for name in works_at:
        cast.passwords[name] = f"demo-{secrets.token_urlsafe(9)}"
    # scrypt and Argon2 let go of the interpreter, so two cores hash passwords and make keys twice as fast
    with ThreadPoolExecutor(2) as pool:
        hashed = pool.map(make_password, cast.passwords.values())
        for (name, place), password_hash in zip(works_at.items(), hashed, strict=True):
            cast.officers[name] = stewardship.make_officer(
                email=f"{name.split()[0].lower()}@heedline.example",
                name=name,
                organisation=cast.organisations[place],
                password_hash=password_hash,
                hands=root,
                at=at,
            )
        made = list(pool.map(lambda name: stewardship.make_wrapping(cast.officers[name]), cast.officers))
    for name, wrapping in zip(cast.officers, made, strict=True):
        cast.keys[name] = stewardship.keep_wrapping(cast.officers[name], wrapping)


def _desks_and_epochs(cast: _Cast, at: datetime) -> None:
    from django.conf import settings

    from heedline.casework.keys import directory as key_directory
    from heedline.casework.keys import key_verification
    from heedline.casework.setup import stewardship
    from heedline.packs import load_pack
    from heedline.permits.roles import Role

    pack = load_pack(settings.PACK)
    stewards = cast.scenario.stewards
    for name in stewards:
        stewardship.first_steward(
            cast.officers[name], cast.keys[name], root=stewardship.Hand(ROOT, cast.root), at=at
        )
    hands = [cast.keys[name].hand for name in stewards]
    for code in sorted(pack.desks, key=lambda one: pack.desks[one].role != "authoriser"):
        entry = pack.desks[code]
        cast.desks[code] = stewardship.make_desk(
            code=code,
            name=entry.name,
            organisation=cast.organisations[entry.organisation],
            kind=entry.kind,
            round_the_clock=entry.around_the_clock and entry.role != "authoriser",
            authoriser=None if entry.role == "authoriser" else cast.desks.get(pack.authoriser_desk),
            hands=hands,
            at=at,
        )
    for name, desk, role, _ in cast.scenario.people:
        if desk:
            stewardship.state_officer_keys(cast.keys[name], hands=hands, at=at)
        if role != Role.STEWARD:
            stewardship.appoint(cast.officers[name], Role(role), cast.desks.get(desk), hands=hands, at=at)
    for name, desk in cast.scenario.investigators:
        stewardship.appoint(cast.officers[name], Role.INVESTIGATOR, cast.desks[desk], hands=hands, at=at)
    teams = [(desk, cast.scenario.at_desk(code)) for code, desk in cast.desks.items()]
    if (scene := cast.scenario.partner) is not None:
        council = cast.organisations[scene.organisation]
        cast.partner = partners.team(scene, council, cast.officers, cast.keys, hands, at)
        teams.append((cast.partner, list(scene.people)))
    for desk, names in teams:
        _become_acquainted(cast, names, at)
        stewardship.make_epochs_ahead(desk, by=cast.keys[names[0]].hand, at=at)
    serial = key_directory.directory().highest_serial
    for keys in cast.keys.values():
        key_verification.acknowledge(serial, by=keys.hand, at=at)


def _become_acquainted(cast: _Cast, names: list[str], at: datetime) -> None:
    """Have the officers of a desk compare their key fingerprints with each other."""
    from heedline.casework.keys import key_verification

    for name in names:
        for other in names:
            if other != name:
                person = str(cast.officers[other].id)
                words = key_verification.words_of(person) or ""
                key_verification.compare(person, words, by=cast.keys[name].hand, at=at)


def _rota(cast: _Cast, at: datetime) -> None:
    """Roster everyone currently on duty for a week of back-to-back shifts.

    This keeps the demonstration staffed.
    """
    from heedline.casework.duty import rota
    from heedline.casework.rota import planning
    from heedline.casework.rota.planning import PlannedShift
    from heedline.desks.rota_weeks import RotaSpan

    for name, desk, _, on_duty in cast.scenario.people:
        if not on_duty:
            continue
        with _sitting(cast, name, at) as by:
            spans = (RotaSpan(at + SHIFT * n, at + SHIFT * (n + 1)) for n in range(14))
            shifts = [PlannedShift(by.officer_id, span) for span in spans]
            planning.plan(shifts, desk=cast.desks[desk].id, by=by, at=at)
    with _sitting(cast, cast.scenario.stewards[0], at) as by:
        for name, desk, role, _ in cast.scenario.people:
            if desk:
                step = 3 if role == "supervisor" else 1
                rota.put_on_call(cast.officers[name].id, desk=cast.desks[desk].id, step=step, by=by, at=at)


@contextmanager
def _sitting(cast: _Cast, name: str, at: datetime) -> Iterator[Attendance]:
    """Yield a signed-in session for this person for the duration of the block."""
    from heedline.casework.access import session as access_session
    from heedline.casework.access.session_store import SessionStore

    session = SessionStore()
    session["_auth_user_id"] = str(cast.officers[name].id)
    session.create()
    try:
        yield access_session.enter(str(session.session_key), cast.officers[name], at=at)
    finally:
        access_session.leave()
        session.delete()


def _facts(cast: _Cast) -> dict[str, Any]:
    partner = cast.scenario.partner
    partners_people = [(name, partner.desk, "partner") for name in partner.people] if partner else []
    return {
        "canary": cast.canary.passphrase,
        "officers": [
            {
                "name": name,
                "email": cast.officers[name].email,
                "password": cast.passwords[name],
                "passphrase": cast.keys[name].passphrase,
                "organisation": cast.officers[name].organisation.name,
                "desk": desk,
                "roles": [role],
            }
            for name, desk, role in (*(one[:3] for one in cast.scenario.people), *partners_people)
        ],
    }


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)


@dataclass(frozen=True)
class _Sent:
    ref: UUID
    code: ReceiptCode
    entry: Mapping[str, Any]
    desk: str


def _reports(cast: _Cast) -> None:
    entries = cast.scenario.reports
    say(f"Sending {len(entries)} invented reports, one by one, through the public door")
    with as_process("public"):
        sent = [_send(entry) for entry in entries]
    say("Letting the officers do a night's work on them")
    answers: list[tuple[ReceiptCode, str]] = []
    for one in sent:
        answers += _work_on(cast, one)
    _disclose(cast, sent)
    with as_process("public"):
        _write_back(answers, [one.code for one in sent if one.entry["then"] == "withdraw"])
    _board(cast, sent)
    demo_desks.settle(datetime.now(UTC))
    _specialist_desks(cast, sent)
    _linking(cast, sent)


def _disclose(cast: _Cast, sent: list[_Sent]) -> None:
    """Disclose the report that was assessed as of high priority to the partner."""
    if (scene := cast.scenario.partner) is None:
        return
    one, at = next(each for each in sent if each.entry["then"] == "assess-high"), datetime.now(UTC)
    holder, reader, *_ = cast.scenario.at_desk(one.desk)
    partners.send(
        scene,
        one.ref,
        cast.partner.id,
        (holder, reader),
        cast.keys,
        lambda name: _sitting(cast, name, at),
        at,
    )


def _board(cast: _Cast, sent: list[_Sent]) -> None:
    """Add tasks, a new owner and a handover note to the board of one desk."""
    if (scene := cast.scenario.board) is None:
        return
    at = datetime.now(UTC)
    board.load(
        scene,
        cast.scenario.at_desk(scene.desk),
        [one.ref for one in sent if one.desk == scene.desk and one.entry["then"] in {"take", "ask"}],
        lambda name: _unlocked(cast, name, at),
        at,
    )


def _specialist_desks(cast: _Cast, sent: list[_Sent]) -> None:
    at = datetime.now(UTC)
    demo_desks.load(
        ((one.desk, one.ref) for one in sent),
        ((desk, name) for name, desk, _, _ in cast.scenario.people),
        lambda name: _unlocked(cast, name, at),
        at,
    )


def _linking(cast: _Cast, sent: list[_Sent]) -> None:
    """Index and compare the demonstration reports, and add the demonstration data for linking."""
    from django.conf import settings

    from heedline.packs import load_pack

    if (scene := cast.scenario.linking) is None:
        return
    at = datetime.now(UTC)
    (owner, _), (investigator, _) = cast.scenario.investigators
    watching = cast.scenario.at_desk(load_pack(settings.PACK).linking_desk)[0]
    named = {one.entry["name"]: one.ref for one in sent if "name" in one.entry}
    linking.load(scene, (owner, investigator, watching), named, lambda name: _unlocked(cast, name, at), at)


@contextmanager
def _unlocked(cast: _Cast, name: str, at: datetime) -> Iterator[Attendance]:
    """Yield a session for this person with their keys unlocked."""
    from heedline.casework.access import session as access_session

    with _sitting(cast, name, at) as by:
        yield access_session.unlock_with_seed(by, cast.keys[name].seed, at=at)


def _send(entry: Mapping[str, Any]) -> _Sent:
    from django.conf import settings

    from heedline.casework.journey import submission
    from heedline.intake.api_payload import from_api
    from heedline.intake.question_files import load_question_set
    from heedline.intake.record import Record
    from heedline.packs import RouteFacts, load_pack, route

    pack = load_pack(settings.PACK)
    kind = entry.get("kind", "activity")
    questions = load_question_set(pack, kind)
    record = from_api({kind: questions}, {"kind": kind, **entry["told"]}, identity_offered=True)
    if not isinstance(record, Record):
        raise ValueError(
            f"An invented report does not fit the questions: {[p.pointer for p in record.problems]}"
        )
    at, language = datetime.now(UTC), entry.get("language", "en")
    sent = demo_files.taken(entry.get("files", ()), at)
    new = sealing.NewReport(uuid4(), new_code(), "api", record, questions, language, files=sent)
    submission.submit(new, at=at)
    facts = RouteFacts(record.kind, record.place_text, record.postcode, record.urgency)
    return _Sent(new.report_id, new.code, entry, route(facts, pack).desk_code)


def _work_on(cast: _Cast, one: _Sent) -> list[tuple[ReceiptCode, str]]:
    """Process a report as an officer at its desk, following the steps in the demonstration data.

    Returns the reporter's replies.
    """
    then = one.entry["then"]
    if then in {"leave", "withdraw"}:
        return []
    from heedline.casework.access import session as access_session
    from heedline.casework.contact import messages
    from heedline.casework.journey import transitions
    from heedline.casework.journey.closing import Closing
    from heedline.casework.journey.closing_rules import ClosingProof
    from heedline.casework.pages import case_file

    at, closes = datetime.now(UTC), cast.scenario.closings.get(then)
    name, *others = cast.scenario.at_desk(one.desk)
    with _sitting(cast, name, at) as by:
        by = access_session.unlock_with_seed(by, cast.keys[name].seed, at=at)
        transitions.take(one.ref, by=by, at=at)
        version = case_file.case_file(one.ref, by=by, at=at).header.version
        if closes is not None:
            version += answer_first(one.ref, closes, version=version, by=by, at=at)
            finding = transitions.Assessment(False, "Nothing that was done", "low", closes.reason)
            proof = ClosingProof(**closes.proof)
            version += record_checks(one.ref, closes, version=version, by=by, at=at)
            closing = Closing(closes.outcome, closes.reason, "finished", proof)
            if not closes.by_two:
                transitions.assess_and_close(one.ref, finding, closing, version=version, by=by, at=at)
                return []
            transitions.assess(one.ref, finding, version=version, by=by, at=at)
            colleague = others[0]
            transitions.assign(one.ref, cast.officers[colleague].id, by=by, at=at)
        elif then == "assess-high":
            behaviour, reason = cast.scenario.finding
            finding = transitions.Assessment(True, behaviour, "high", reason)
            transitions.assess(one.ref, finding, version=version, by=by, at=at)
        elif then == "ask":
            messages.ask(one.ref, one.entry["ask"], version=version, by=by, at=at)
            return [(one.code, one.entry["answer"])]
        elif then == "hand-over":
            transitions.hand_over(
                one.ref, one.entry["to"], one.entry["because"], version=version, by=by, at=at
            )
    if closes is not None:  # by two
        with _sitting(cast, colleague, at) as by:
            by = access_session.unlock_with_seed(by, cast.keys[colleague].seed, at=at)
            transitions.close(one.ref, closing, version=version + 2, by=by, at=at)
    return []


def _write_back(answers: list[tuple[ReceiptCode, str]], withdrawals: list[ReceiptCode]) -> None:
    from heedline.casework.contact import messages

    at = datetime.now(UTC)
    for code, text in answers:
        messages.say(code, text, message_id=uuid4(), at=at)
    for code in withdrawals:
        messages.ask_to_withdraw(code, at=at)
