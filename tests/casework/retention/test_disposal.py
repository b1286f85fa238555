"""Dispose: an end by two people that leaves nothing, and a certificate that anybody can check."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from heedline.casework.contact import messages
from heedline.casework.errors import NotHere
from heedline.casework.journey import transitions
from heedline.casework.keys import certificates
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.certificates import NotGenuine
from heedline.casework.report import repeat_contact
from heedline.casework.report.opening import short_name
from heedline.casework.retention import keeping
from heedline.casework.retention import reading as retention_reading
from heedline.casework.search import link_decisions
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.permits import functions
from heedline.permits.gate import Refused
from heedline.reports import door
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import (
    Disposal,
    Hold,
    IdentityShare,
    Keeping,
    Message,
    Receipt,
    Report,
    Review,
    SealedHeader,
    SealedPayload,
    Step,
)
from heedline.vault.codes import derive, lookup_hash
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import DAY, disposed, keep, proposed
from tests.support.scene_people import NAMED, SOUTH_WEST, People, logged, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(leads: House) -> People:
    return People(leads, now())


# --- the end ---------------------------------------------------------------------------------------------------------


def test_two_people_dispose_of_a_report_and_nothing_is_left_of_it(people: People) -> None:
    """Every table with a foreign key to a report is looked at, so that a new one cannot be forgotten."""
    ref, code = people.taken(**NAMED)
    with people.sitting("Odile") as odile:
        messages.ask(ref, "Which door?", version=2, by=odile, at=people.at)
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=odile, at=people.at)
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=odile, at=people.at)
        keeping.hold(ref, "inquiry", "x", by=odile, at=people.at)
    keep(people, ref)
    with people.sitting("Olga") as olga:
        keeping.release(ref, Hold.objects.get(report=ref).id, "over", by=olga, at=people.at)
    people.read(ref)  # her page is open: a row of presence
    with people.sitting("Odile") as odile:
        ident = keeping.propose(ref, "period-over", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        assert keeping.decide(ident, dispose=True, by=olga, at=people.at)
    tables = {Message, Receipt, Step, SealedHeader, SealedPayload, IdentityShare, Keeping, Review, Hold}
    fields = Report._meta.get_fields(include_hidden=True)
    pointing = {one.related_model for one in fields if one.one_to_many or one.one_to_one}
    assert tables <= pointing
    for model in pointing:
        assert not model.objects.filter(report_id=ref).exists(), model
    assert not Report.objects.filter(pk=ref).exists()
    with people.sitting("Odile"), pytest.raises(NotHere):
        people.read(ref)
    with acting("public"):
        assert door.visit(lookup_hash(derive(code, installation=settings.INSTALLATION).lookup_id)) is None
    (event,) = logged("disposal-decided", thing=ref)
    assert event.detail == {"disposal": str(ident), "disposed": True, "reason": "period-over"}


def test_decisions_on_other_reports_that_name_it_go_too(people: People) -> None:
    (kept, _), (other, _) = people.taken(), people.taken()
    ref, ident = proposed(people)
    with people.sitting("Odile") as odile:
        for on, about in ((kept, ref), (kept, other), (ref, other)):
            link_decisions.decide(on, about, LinkVerdict.SAME, "One van", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        assert len(link_decisions.naming(ref, by=olga)) == 1
        assert keeping.decide(ident, dispose=True, by=olga, at=people.at)
        assert not link_decisions.naming(ref, by=olga)
        assert len(link_decisions.naming(other, by=olga)) == 1
    assert SealedHeader.objects.filter(part="link").count() == 1


def test_notes_on_other_reports_that_name_it_go_too(people: People) -> None:
    """Also where the other report stays: what is gone must not be named by what is kept. Other notes stay."""
    (kept, _), (held, _), (other, _) = people.taken(), people.taken(), people.taken()
    ref, ident = proposed(people)
    with people.sitting("Odile") as odile:
        for on, about in ((kept, ref), (held, ref), (kept, other)):
            repeat_contact.note(on, short_name(about), same=True, by=odile, at=people.at)
        keeping.hold(held, "inquiry", "x", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        assert len(repeat_contact.naming(ref, by=olga)) == 2
        assert keeping.decide(ident, dispose=True, by=olga, at=people.at)
        assert repeat_contact.contacts(kept, by=olga).others == ((other, short_name(other)),)
    left = SealedHeader.objects.filter(part="asked-before").values_list("report_id", flat=True)
    assert sorted(left) == sorted([kept, held]), "nothing that is held is touched"
    assert SealedPayload.objects.filter(container__in=SealedHeader.objects.values("container")).count() == (
        SealedHeader.objects.count()
    )


def test_a_disposal_takes_nothing_else_from_other_reports(people: People) -> None:
    """Past the verb: only notes of that sort, and only of desks that one works on."""
    theirs, _ = people.taken("Otto", **SOUTH_WEST)
    more, _ = people.taken("Otto", **SOUTH_WEST)
    with people.sitting("Otto") as otto:
        repeat_contact.note(theirs, short_name(more), same=True, by=otto, at=people.at)
    ours, _ = people.taken()
    _, ident = proposed(people)
    before = SealedHeader.objects.filter(report_id__in=[theirs, ours])
    containers = list(before.values_list("container", flat=True))
    with people.sitting("Olga") as olga:
        paper = certificates.certificate(
            Disposal.objects.get(id=ident).proposal, [], on=people.at.date(), by=olga.keys().voice
        )
        assert functions.decide_disposal(ident, paper, people.at.date(), containers) == "done"
    assert set(before.values_list("container", flat=True)) == set(containers)


def test_nobody_confirms_what_they_proposed(people: People) -> None:
    ref, ident = proposed(people, "Olga")
    with people.sitting("Olga") as olga:
        with pytest.raises(Refused, match="Another officer"):
            keeping.decide(ident, dispose=True, by=olga, at=people.at)
        paper = certificates.certificate(
            Disposal.objects.get(id=ident).proposal, [], on=people.at.date(), by=olga.keys().voice
        )
        assert functions.decide_disposal(ident, paper, people.at.date()) == "not-yours", "nor past the verb"
    assert row(ref)
    assert logged("disposal-decided", refused=True)


@pytest.mark.parametrize(
    ("name", "error"),
    [("Odile", Refused), ("Nadia", NotHere), ("Otto", NotHere), ("Ada", NotHere), ("Stella", NotHere)],
)
def test_only_who_leads_the_desk_confirms(people: People, name: str, error: type[Exception]) -> None:
    _, ident = proposed(people, "Olga")
    with people.sitting(name) as by:
        with pytest.raises(error):
            keeping.decide(ident, dispose=True, by=by, at=people.at)
        assert functions.decide_disposal(ident, {}, people.at.date()) == "not-yours", "nor past the verb"
    assert not Disposal.objects.get(id=ident).done


def test_a_report_that_is_not_closed_is_never_disposed_of(people: People) -> None:
    ref, _ = people.assessed()
    with people.sitting("Odile") as odile, pytest.raises(NotNow):
        keeping.propose(ref, "no-purpose", by=odile, at=people.at)
    closed, ident = proposed(people)
    with people.sitting("Odile") as odile:
        transitions.reopen(closed, "new facts", by=odile, at=people.at)
    with people.sitting("Olga") as olga, pytest.raises(NotNow, match="opened again"):
        keeping.decide(ident, dispose=True, by=olga, at=people.at)


def test_a_proposal_can_be_turned_down_and_made_again(people: People) -> None:
    ref, ident = proposed(people)
    with people.sitting("Odile") as odile, pytest.raises(NotNow, match="already"):
        keeping.propose(ref, "no-purpose", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        assert not keeping.decide(ident, dispose=False, by=olga, at=people.at)
        with pytest.raises(NotNow):
            keeping.decide(ident, dispose=True, by=olga, at=people.at)
    assert row(ref).stage == "closed"
    with people.sitting("Odile") as odile:
        keeping.propose(ref, "inaccurate", by=odile, at=people.at)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM reports_disposal",
        "UPDATE reports_disposal SET done = false, decided_on = NULL, decided_by_id = NULL, certificate = NULL, true_from = NULL",
        "UPDATE reports_disposal SET reason = 'period-over'",
        "TRUNCATE reports_disposal",
    ],
)
def test_what_was_disposed_of_stays_so_whoever_asks(people: People, statement: str) -> None:
    disposed(people)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match="stays as it is"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_steps_go_only_with_a_report_that_was_disposed_of(people: People) -> None:
    ref, _ = people.closed()
    with (
        acting("usher"),
        pytest.raises(DatabaseError, match="stays as it is"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM reports_step WHERE report_id = %s", [ref])


# --- certificates ----------------------------------------------------------------------------------------------------


def test_a_certificate_is_signed_by_both_and_says_from_when_it_is_true(people: People) -> None:
    ref, _ = people.closed()
    sums = {
        bytes(one).hex()
        for one in SealedPayload.objects.filter(report_id=ref).values_list("sha256", flat=True)
    }
    with people.sitting("Odile") as odile:
        ident = keeping.propose(ref, "no-purpose", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        keeping.decide(ident, dispose=True, by=olga, at=people.at)
        file = retention_reading.certificate(ident, by=olga)
    assert file.genuine
    says = file.says
    assert says is not None
    assert (says.report, says.desk) == (ref, "north-east")
    assert (says.proposed_by, says.confirmed_by) == tuple(
        people.house.officers[n].id for n in ("Odile", "Olga")
    )
    assert says.true_from == people.at.date() + 31 * DAY
    assert set(says.payloads) == sums, "what lies in older copies can be held against it"
    assert certificates.check_bundle(file.paper, root=settings.ROOT) == says, "by the root key alone"


def _change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(paper: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for step in way:
            paper = paper[step]
        paper[last] = value

    return change


@pytest.mark.parametrize(
    "path_and_value",
    [
        ("body.report", "0b8e2f9a-0000-4000-8000-000000000000"),
        ("body.true_from", "2001-01-01"),
        ("body.payloads", []),
        ("body.reason", "period-over"),
        ("body.key_store_kept_days", 0),
        ("proposal.body.on", "2001-01-01"),
        ("voice.signature", "00" * 64),
        ("voice.officer", "0b8e2f9a-0000-4000-8000-000000000000"),
        ("proposal", {}),
        ("body", None),
    ],
)
def test_a_changed_certificate_is_not_believed(people: People, path_and_value: tuple[str, Any]) -> None:
    _, ident = disposed(people)
    paper = copy.deepcopy(Disposal.objects.get(id=ident).certificate)
    certificates.check(paper, key_directory.directory())
    _change(*path_and_value)(paper)
    with pytest.raises(NotGenuine):
        certificates.check(paper, key_directory.directory())


def test_one_person_cannot_sign_a_certificate_alone(people: People) -> None:
    """Whoever holds one officer's keys and the database makes nothing that is believed."""
    ref, _ = people.closed()
    with people.sitting("Olga") as olga:
        voice, on = olga.keys().voice, people.at.date()
        asked = certificates.proposal(
            ref, ref, desk="north-east", group="group-4", reason="no-purpose", on=on, by=voice
        )
        paper = certificates.certificate(asked, [], on=on, by=voice)
    with pytest.raises(NotGenuine):
        certificates.check(paper, key_directory.directory())


def test_another_root_key_believes_nothing(people: People) -> None:
    _, ident = disposed(people)
    bundle = certificates.bundle(Disposal.objects.get(id=ident))
    with pytest.raises(NotGenuine):
        certificates.check_bundle(bundle, root="11" * 32)


def test_overseers_see_certificates_of_all_desks_and_others_of_their_own(people: People) -> None:
    _, ident = disposed(people)
    with people.sitting("Ned", unlocked=False) as ned:
        assert [one.id for one in retention_reading.all_certificates(by=ned)] == [ident]
        assert retention_reading.certificate(ident, by=ned).genuine
    with people.sitting("Otto") as otto:
        assert retention_reading.all_certificates(by=otto) == ()
        with pytest.raises(NotHere):
            retention_reading.certificate(ident, by=otto)
    with people.sitting("Stella", unlocked=False) as stella, pytest.raises(Refused):
        retention_reading.all_certificates(by=stella)
    assert logged("certificate-seen", thing=ident)
