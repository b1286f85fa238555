"""The canary, a desk whose only report is used to test a restore.

Its only officer is not a real person. Whoever tests backups holds the passphrase, which opens this desk
and no other. They can prove that a restored installation can be opened without opening any real report.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings

from heedline.casework.access import keyring
from heedline.casework.access import session as access_session
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session_store import SessionStore
from heedline.casework.journey import transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.transitions import Assessment
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.directory import Addressee
from heedline.casework.keys.epochs import grant_context
from heedline.casework.keys.session_signing import new_voice
from heedline.casework.keys.signing import Hand
from heedline.casework.pages import case_file
from heedline.casework.report.opening import open_report
from heedline.casework.report.sealing import NewReport, enclose
from heedline.casework.setup import stewardship
from heedline.casework.setup.stewardship import Enrolment
from heedline.desks.models import CANARY, Desk, EpochGrant, Officer
from heedline.dispatch.clocks import rank_of
from heedline.intake.api_payload import from_api
from heedline.intake.question_files import load_question_set
from heedline.intake.record import Record
from heedline.packs import load_pack
from heedline.packs.urgency import Urgency
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports import door
from heedline.reports.models import SealedHeader, SealedPayload
from heedline.vault import CannotOpen
from heedline.vault.codes import new_code
from heedline.vault.grants import open_grant

DESK, KIND = "restore-canary", CANARY
WORDS = "Canary: this report was never sent by anybody. Whoever reads it has opened a restored backup."
_SORT = "activity"


def found(
    *, hands: Sequence[Hand], at: datetime, code: str = DESK, name: str = "Restore canary"
) -> Enrolment:
    """Create a canary desk with its officer and key, signed by two stewards.

    Returns the passphrase, which is shown only once. Raises Refused, including when this canary already exists.
    """
    stewardship.permit_stewards(hands)
    if Desk.objects.filter(code=code).exists():
        raise Refused("There is already a canary. Its key is shown only once.")
    authoriser = Desk.objects.filter(kind="authoriser").order_by("code").first()
    organisation = (
        Desk.objects.select_related("organisation").order_by("-round_the_clock", "code")[0].organisation
    )
    officer = stewardship.make_officer(
        email=f"{code}@heedline.invalid",
        name=name,
        organisation=organisation,
        password=secrets.token_urlsafe(32),  # told to nobody: this officer never signs in
        hands=hands,
        at=at,
    )
    keys = stewardship.wrap_keys(officer, at=at)
    desk = stewardship.make_desk(
        code=code,
        name=name,
        organisation=organisation,
        kind=KIND,
        round_the_clock=False,
        authoriser=authoriser,
        hands=hands,
        at=at,
    )
    stewardship.state_officer_keys(keys, hands=hands, at=at)
    stewardship.appoint(officer, Role.OFFICER, desk, hands=hands, at=at)
    stewardship.make_epochs_ahead(desk, by=keys.hand, at=at, ahead=0)
    return keys


def plant(keys: Enrolment, *, at: datetime) -> None:
    """Submit the canary report to its desk and close it as its officer.

    It never waits in a queue.
    """
    send(at, code=DESK, narrative=WORDS)
    officer = Officer.objects.get(id=keys.officer)
    session = SessionStore()
    session["_auth_user_id"] = str(officer.id)
    session.create()
    try:
        by = access_session.enter(str(session.session_key), officer, at=at)
        by = access_session.unlock_with_seed(by, keys.seed, at=at)
        (ref,) = SealedHeader.objects.filter(report__desk__code=DESK, part="report").values_list(
            "report_id", flat=True
        )
        transitions.take(ref, by=by, at=at)
        version = case_file.case_file(ref, by=by, at=at).header.version
        assessment = Assessment(False, "Nothing: a test", "low", "Planted to test backups")
        closing = Closing("insufficient", "Planted to test backups", "finished")
        transitions.assess_and_close(ref, assessment, closing, version=version, by=by, at=at)
    finally:
        access_session.leave()
        session.delete()


def send(at: datetime, *, code: str, narrative: str) -> None:
    """Seal a report to the canary desk with this code and submit it through the public door.

    Raises LookupError if there is no such desk, or if the report is not accepted.
    """
    pack = load_pack(settings.PACK)
    questions = load_question_set(pack, _SORT)
    record = from_api({_SORT: questions}, {"kind": _SORT, "narrative": narrative}, identity_offered=True)
    facts = key_directory.desk_by_code(code)
    epoch = key_directory.trusted().current_epoch(facts.desk, at.date()) if facts is not None else None
    if not isinstance(record, Record) or facts is None or epoch is None:
        raise LookupError("There is no canary desk with a key.")
    to = Addressee(UUID(facts.desk), code, UUID(epoch.epoch), epoch.kem, facts.authoriser_desk)
    new = NewReport(uuid4(), new_code(), "api", record, questions, "en")
    sealed = enclose(new, desk=to, watch=None, because=KIND, at=at)
    sending = door.Submission(
        report=new.report_id,
        lookup=sealed.lookup,
        reporter_key=sealed.reporter_key,
        body_mac=sealed.body_mac,
        kind=record.kind,
        channel=new.channel,
        area=KIND,
        urgency=Urgency.ROUTINE,
        rank=rank_of("routine"),
        desk=to.desk,
        watch=None,
        due_after=pack.clock("unread_ceiling"),
        question_set=record.set_digest,
        report_part=sealed.report_part,
        identity_part=sealed.identity_part,
        desk_shares=sealed.desk_shares,
        authoriser_share=sealed.authoriser_share,
    )
    outcome = door.submit(sending)
    if outcome == "unknown-questions":
        door.archive_questions(questions.code, questions.canonical())
        outcome = door.submit(sending)
    if outcome != "accepted":
        raise LookupError(f"The canary's report was not taken: {outcome}")


def read(passphrase: str, *, at: datetime) -> bool:
    """Decrypt the canary report with the canary officer's passphrase.

    Returns False when this installation has no canary. Raises CannotOpen when the report does not open.
    """
    officer = Officer.objects.filter(appointments__desk__code=DESK).first()
    if officer is None:
        return False
    seed = keyring.open_seed(officer.id, passphrase)
    seeds = {}
    for grant in EpochGrant.objects.filter(officer=officer):
        seeds[grant.epoch_id] = open_grant(
            bytes(grant.sealed), seed, info=grant_context(grant.epoch_id, officer.id)
        )
    ring = Keyring(seeds, new_voice(officer.id, seed, at=at))
    head = SealedHeader.objects.get(report__desk__code=DESK, part="report")
    body = SealedPayload.objects.get(container=head.container)
    opened = open_report(head.container, bytes(head.header), bytes(body.payload), head.epochs, ring)
    if opened.narrative != WORDS:
        raise CannotOpen
    return True
