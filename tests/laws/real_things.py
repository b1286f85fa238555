"""One real thing of every kind, at the north-east desk, by name of the address that shows it.

The matrix of permissions tries what is somebody else's. An id that never was proves little: whoever forgets to look whose
a thing is would refuse it as well. So each address gets the id of a thing that exists, made by the real verbs.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from heedline.casework.access import saved_views
from heedline.casework.danger.action_log import DangerNoteKind
from heedline.casework.journey import bulk_close, practice, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.keys import directory
from heedline.casework.language import translating
from heedline.casework.language.translating import TranslationRequest
from heedline.casework.linking import interests
from heedline.casework.people import skills
from heedline.casework.report import officer_notes
from heedline.casework.retention import subject_requests
from heedline.casework.search import link_decisions, sealed_values, searching
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.casework.search.searching import SearchFilters
from heedline.casework.search.subject_entries import SubjectKind
from heedline.casework.setup.proposals import ProposalKind
from heedline.casework.subjects import changing, reading
from heedline.casework.subjects.changing import NewSubjectLink
from heedline.casework.tasks import shift_notes, tasks
from heedline.desks.models import (
    Appointment,
    CompletedTraining,
    Desk,
    Exercise,
    Invitation,
    LanguageSkill,
    Officer,
    Proposal,
    SavedQueueView,
    Shift,
    ShiftNote,
)
from heedline.dispatch.models import Alarm
from heedline.reports.models import (
    DangerEntry,
    DangerEpisode,
    DeskRecord,
    Disposal,
    Dissemination,
    Hold,
    IdentityRequest,
    Interest,
    InterestHit,
    NoteRevision,
    OwnerNotice,
    RecordStep,
    Report,
    Review,
    Search,
    Step,
    SubjectRequest,
    Sweep,
    Task,
    ThreatLevel,
    Translation,
)
from heedline.specialist_desks.intelligence import products
from heedline.specialist_desks.material.models import Examination, MaterialItem
from tests.casework.setup.test_proposals import propose
from tests.support import (
    danger_scene,
    identity_scene,
    keeping_scene,
    material_scene,
    notice_scene,
    partner_scene,
    safeguarding_scene,
    site_scene,
    tracing_scene,
)
from tests.support.example_desk import visits
from tests.support.scene_people import NAMED, People, row

A_MAN = NewSubjectLink(None, SubjectKind.PERSON, {}, "He was seen.", "A man with a camera")
SPAM = Closing(outcome="spam", reason="One advertisement, many times", tell_reporter="finished")
#: Kinds of things, with the beginnings of the addresses whose `<ref>` is one. The longest that fits holds.
KINDS = {
    "w/r/": "report",
    "w/r/<uuid:ref>/danger/": "danger",
    "w/r/<uuid:ref>/notice/": "reassigned",
    "w/sweeps/": "sweep",
    "w/views/": "saved view",
    "w/search/": "search",
    "w/q/<slug:desk>/alike/": "report",
    "w/partners/": "partner",
    "w/sent/": "dissemination",
    "w/training/record/": "training",
    "w/practise/r/": "exercise",
    "w/identity/": "identity request",
    "w/identity/<uuid:ref>/statement/": "trace request",
    "w/kept/": "disposal",
    "w/threat-level/": "threat level",
    "w/certificates/": "certificate",
    "w/subjects/": "subject request",
    "w/items/": "item",
    "w/visits/": "visit",
    "w/products/": "product",
    "w/sites/": "site",
    "w/site-visits/": "visit of a site",
    "w/cases/": "safeguarding case",
    "w/child-checks/": "child check",
    "w/sessions/": "session of support",
    "w/interests/hits/": "interest hit",
    "w/items/notices/": "company notice",
    "w/keys/compare/": "officer",
    "s/confirm/": "proposal",
    "s/withdraw/": "proposal",
    "s/stop/": "officer",
}
#: Tables that no press of a button by somebody else may change.
GUARDED = (
    Report, Step, Task, OwnerNotice, DangerEpisode, DangerEntry, NoteRevision, Alarm, Sweep, Translation, Dissemination, Disposal, Hold, Review, IdentityRequest, SubjectRequest,
    Proposal, Invitation, Exercise, LanguageSkill, CompletedTraining, Appointment, Shift, ShiftNote, Desk, Officer,
    SavedQueueView, Search, MaterialItem, Examination, Interest, InterestHit, DeskRecord, RecordStep, ThreatLevel,
)  # fmt: skip


def furnish(people: People) -> dict[str, str]:
    """Make one of every kind. Return their ids, by kind; every one belongs to the north-east desk, Odile or a steward."""
    house, at = people.house, people.at
    partner_scene.a_partner(people)
    made: dict[str, UUID] = {"officer": house.officers["Olga"].id, "partner": house.desks["northgate"].id}
    made["report"], _ = people.taken(**NAMED)
    made["alarm"] = Alarm.objects.create(
        kind="overdue", desk=house.desks["north-east"], about_kind="report", about_id=made["report"], slot=at
    ).id
    made["identity request"] = identity_scene.ask(people, made["report"])
    at_risk = tracing_scene.at_risk(people)
    made["danger"] = at_risk
    danger_scene.add(people, at_risk, DangerNoteKind.RISK, danger_scene.RISK)
    made["trace request"] = tracing_scene.ask(people, at_risk)
    tracing_scene.decide(people, made["trace request"])
    _, made["dissemination"] = partner_scene.sent_to_the_council(people)
    keeping_scene.with_leads(people)
    _, made["disposal"] = keeping_scene.proposed(people)
    _, made["certificate"] = keeping_scene.disposed(people)
    swept = [people.send()[0] for _ in range(2)]
    with people.sitting("Odile") as odile:
        translating.ask(made["report"], TranslationRequest("pl"), by=odile, at=at)
        made["sweep"] = bulk_close.sweep(
            "north-east", {ref: row(ref).version for ref in swept}, SPAM, by=odile, at=at
        )
        made["subject request"] = subject_requests.open_one(
            "DPO-2026-041", "access", at.date(), desk=house.desks["north-east"].id, by=odile, at=at
        )
        made["exercise"] = practice.begin("goodbye-film", by=odile, at=at)
        skills.state("pl", by=odile, at=at)
        made["other"], _ = people.send()
        link_decisions.decide(
            made["report"], made["other"], LinkVerdict.NOT_SURE, "Ask the aunt.", by=odile, at=at
        )
        made["link"] = changing.link(made["report"], A_MAN, by=odile, at=at)
        [held] = reading.view(made["report"], made["link"], by=odile, at=at).here.values
        made["value"] = held.value.id
        made["note"] = officer_notes.write(made["report"], "Rang the estate office.", by=odile, at=at)
        made["shift_note"] = shift_notes.write("north-east", "All quiet.", by=odile, at=at)
        made["errand"] = tasks.set_task(
            made["report"], "Ring", odile.officer_id, at + keeping_scene.DAY, by=odile, at=at
        )
        made["search"] = searching.search("station", SearchFilters(), by=odile, at=at)
        made["threat level"] = ThreatLevel.objects.create(
            desk=house.desks["north-east"],
            scope="uk",
            level="low",
            source="mi5",
            read_on=at.date(),
            entered_at=at,
            entered_by=house.officers["Odile"],
        ).id
        saved_views.save("Mine", desk="north-east", query={"owner": "me"}, by=odile)
        made["item"] = material_scene.an_item_of("north-east", people)
        made["visit"] = visits.ask(house.desks["north-east"].id, "The theatre", by=odile, at=at)
        made["product"] = products.begin(made["report"], by=odile, at=at)
        made["site"], made["visit of a site"] = site_scene.records_of(house.desks["north-east"].id, odile, at)
        content = notice_scene.content_of(made["item"], "north-east", people)
    made["safeguarding case"], _ = safeguarding_scene.opened(safeguarding_scene.support_desk(people))
    made["child check"] = safeguarding_scene.child_check_of(made["safeguarding case"])
    made["session of support"] = safeguarding_scene.a_session(people, made["safeguarding case"])
    made["company notice"] = notice_scene.a_notice_of(made["item"], content, "north-east", people)
    made["interest hit"] = _an_interest_hit(people, made["report"])
    given_away, _ = people.taken()
    with people.sitting("Olga") as olga:
        transitions.assign(given_away, olga.officer_id, because="She is away.", by=olga, at=at)
    made["reassigned"], made["notice"] = given_away, OwnerNotice.objects.get().id
    made["saved view"] = SavedQueueView.objects.get().id
    made["task"] = Translation.objects.get().id
    made["skill"] = LanguageSkill.objects.get().id
    made["training"] = CompletedTraining.objects.filter(officer=house.officers["Odile"]).earliest("pk").id
    facts = {
        "name": "Nell N.",
        "email": "nell@unit.example",
        "organisation": str(house.officers["Odile"].organisation_id),
    }
    made["proposal"] = propose(people, ProposalKind.INVITE, facts)
    return {kind: str(ident) for kind, ident in made.items()}


def _an_interest_hit(people: People, report: UUID) -> UUID:
    """Make an entry of Odile's in the interest register that the report matches, and return the id of the match."""
    desk, day = people.house.desks["north-east"], people.at.date()
    to, home = sealed_values.linking_desk(people.at), directory.addressee("north-east", day)
    assert to is not None
    assert home is not None
    ident, hit = uuid4(), uuid4()
    told = {"names": "Kevin Tierney", "identifiers": "", "ground": "Operation under way."}
    sealed = sealed_values.seal(told, to, ident, interests.ENTRY, home)
    entry = Interest.objects.create(
        id=ident,
        owner=people.house.officers["Odile"],
        home=desk,
        desk_id=to.desk,
        registered_at=people.at,
        unindexed_since=people.at,
        indexed=True,
        until=day + keeping_scene.DAY,
        epochs=list(dict.fromkeys([to.epoch, home.epoch])),
        header=sealed.header,
        payload=sealed.payload,
    )
    of_hit = interests.sealed_hit(entry, hit, {"report": str(report), "desk": "north-east", "reasons": []})
    InterestHit.objects.create(
        id=hit,
        interest=entry,
        owner=entry.owner,
        home=desk,
        on=day,
        epochs=entry.epochs,
        header=of_hit.header,
        payload=of_hit.payload,
    )
    return hit


def kind_of(where: str) -> str:
    """Which kind of thing the `<ref>` of this address is. KeyError for an address that nobody has told."""
    return KINDS[max((start for start in KINDS if where.startswith(start)), key=len, default=where)]


def standing() -> list[Any]:
    """Everything that a press of a button could have changed. A session that looks may index a record."""
    fields = {
        model: [one.attname for one in model._meta.concrete_fields if one.attname != "indexed"]  # type: ignore[attr-defined]
        for model in GUARDED
    }
    return [list(model.objects.order_by("pk").values(*fields[model])) for model in GUARDED]  # type: ignore[attr-defined]
