"""A small installation lives through a day; then everybody goes home. Run as a program by test_dump_law.py.

`python -m tests.laws.dump_scenario HOME`, in the environment of the office's process, on a migrated database that is
signed in to as a superuser: each step acts under the role of its process. Prints what a thief must not find, as JSON;
nothing of it is written anywhere.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest  # noqa: F401 - where it is loaded, unlocking costs little
from django.conf import settings
from django.db import transaction

from heedline.config.starting import set_up_django

set_up_django()

from heedline.casework.access import saved_forms, session
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import SessionStore
from heedline.casework.contact import messages
from heedline.casework.danger import action_log
from heedline.casework.duty import paging, rota
from heedline.casework.intake import drafting, settle_arrivals
from heedline.casework.intake.drafting import Draft
from heedline.casework.journey import repeat_reports, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.keys.epochs import grant_context
from heedline.casework.linking import interests, matching, questions
from heedline.casework.pages import case_file
from heedline.casework.report import sealing
from heedline.casework.report.verb import find
from heedline.casework.search import desk_index, indexing, link_decisions, searching
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.casework.search.subject_entries import SubjectBasis, SubjectKind
from heedline.casework.setup import stewardship
from heedline.casework.subjects import changing, offering
from heedline.casework.subjects.changing import NewSubjectLink
from heedline.desks.models import EpochGrant
from heedline.index import Document, SealedIndex
from heedline.index.words import beginnings
from heedline.permits.roles import Role
from heedline.vault.codes import ReceiptCode, derive
from heedline.vault.grants import open_grant
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, build_house, now

PLANTED = 200
WORDS_EACH = 40
#: Words that one side says, each in some four of its reports. None of them stands anywhere else.
VOCABULARY, SHORTEST = 2_000, 12
#: Stands in everything that anybody says here, followed by the place where they said it.
CANARY = "Zinnober-quinquereme"
CONTACT = {
    "name": "Rosa Quillfeather-Okonkwo",
    "phone": "07700 900461",
    "email": "rosa.quillfeather@example.org",
    "times": f"{CANARY} before noon",
}
NORTH_EAST: dict[str, Any] = {"where": {"postcode": stories.NORTH_EAST, "place": f"{CANARY} place"}}
#: Who is named in the first three of the reports that are stolen: in two of one desk, and one of another.
SURNAMES, PHONE = ("Tierwater", "Teirwater", "Tierwatter"), "01632 960455"
FINDING = transitions.Assessment(False, f"{CANARY} answer", "low", f"{CANARY} reason")
CLOSING = Closing("insufficient", f"{CANARY} reason", "finished")


@dataclass
class Told:
    """What is kept of the day, for the test alone."""

    words: list[str] = field(
        default_factory=lambda: [
            *(CANARY, *CONTACT.values(), CONTACT["phone"].replace(" ", "")),
            *(*SURNAMES, PHONE, PHONE.replace(" ", "")[1:]),
        ]
    )
    codes: list[str] = field(default_factory=list)
    passphrases: list[str] = field(default_factory=list)
    seeds: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    planted: list[str] = field(default_factory=list)
    stolen: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)
    #: Reports of others, of which the thief knows nothing. With those stolen there are as many as planted ones.
    unknown: list[str] = field(default_factory=list)
    #: Pairs of a planted report and an unknown one that says the very same.
    repeats: list[tuple[str, str]] = field(default_factory=list)
    #: What the planted and unknown reports say, and all that was put into the indexes: in plain, and as tokens in hexadecimal.
    texts: list[str] = field(default_factory=list)
    indexed: list[str] = field(default_factory=list)
    tokens_indexed: list[str] = field(default_factory=list)

    def sent(self, new: sealing.NewReport, at: datetime, into: list[str]) -> ReceiptCode:
        stories.send(new, at=at)
        into.append(str(new.report_id))
        self.codes.append(new.code.symbols)
        if into is self.stolen:
            keys = derive(new.code, installation=settings.INSTALLATION)
            self.seeds += [keys.reporter_seed.hex(), keys.lookup_id.hex(), keys.mac_key.hex()]
        return new.code


def plant(told: Told, at: datetime) -> None:
    """What somebody sends who means to steal everything later, and as many reports of others in between.

    Every second one of the others says what a planted one says. The rest share no word with any. All are as long, and name
    somebody, a car and a phone number.
    """
    dictionary = files("heedline.vault").joinpath("words", "eff_large.txt").read_text("ascii").split()
    chance = random.Random(4711)
    halves = [chance.sample(dictionary, len(dictionary)) for _ in range(2)]
    # no shorter ones: two of them may be a word that stands elsewhere
    pairs = [one + other for one, other in zip(*halves, strict=True) if len(one + other) >= SHORTEST]
    words, others = pairs[:VOCABULARY], pairs[VOCABULARY : 2 * VOCABULARY]
    said = [_account(n, chance.sample(words, WORDS_EACH)) for n in range(PLANTED)]
    heard = [
        said[n] if n % 2 else _account(PLANTED + n, chance.sample(others, WORDS_EACH))
        for n in range(PLANTED - MARKED)
    ]
    for n in chance.sample(range(PLANTED), PLANTED):
        for into, texts in ((told.planted, said), (told.unknown, heard)):
            if n < len(texts):
                contact = {"you": {"who": "confidence"}, "contact": CONTACT} if n // 2 % 2 else {}
                told.sent(stories.new_report(**NORTH_EAST, narrative=texts[n], **contact), at, into)
        if n < len(heard) and n % 2:
            told.repeats.append((told.planted[-1], told.unknown[-1]))
    told.texts = sorted({*said, *heard})


def _account(number: int, words: list[str]) -> str:
    """Return a text that begins with these words and names things that no other number has."""
    surname = f"{words[0]}son".capitalize()
    return (
        f"{' '.join(words)}. Morwenna {surname} drove ZZ{number % 100:02d} {'ABCD'[number // 100]}RX"
        f" and has the number 01632 960{number:03d}."
    )


#: Reports of `marked`.
MARKED = 5


def marked(told: Told, at: datetime) -> list[ReceiptCode]:
    """Five reports with something to lose. The last two say the very same."""
    in_confidence = {"you": {"who": "confidence"}, "contact": CONTACT}
    narrative = f"{CANARY} narrative. He bought a ladder and a lamp."
    codes = []
    for n in range(MARKED):
        more = {"now": {"danger": "yes"}} if n == 2 else {}
        person = {"person": [{"looks": f"{CANARY} person"}]} if n < 2 else {}
        named = f" Kevin {SURNAMES[n]} did, and has the number {PHONE}." if n < len(SURNAMES) else ""
        new = stories.new_report(**NORTH_EAST, narrative=narrative + named, **in_confidence, **more, **person)
        codes.append(told.sent(new, at, told.stolen))
    told.twins = told.stolen[3:]
    return codes


def sit_down(house: House, name: str, told: Told, at: datetime, *, unlocked: bool = True) -> Attendance:
    here = house.sign_in(name, at=at, unlocked=unlocked)
    told.tokens.append(here.token)
    return here


def work(house: House, told: Told, codes: list[ReceiptCode], at: datetime) -> None:
    """An officer takes, opens, assesses, asks, closes and hands over; reporters answer and come back."""
    with acting("worker"):
        paging.drain(at)
        paging.page_round(at, 0.0)
    refs = [UUID(ref) for ref in told.stolen[:3]]  # the other two stay as they came
    with acting("office"):
        odile = sit_down(house, "Odile", told, at)
        for ref in refs:
            transitions.take(ref, by=odile, at=at)
            case_file.case_file(ref, by=odile, at=at)
        messages.ask(refs[0], f"{CANARY} question", version=2, by=odile, at=at)
        transitions.assess(refs[1], FINDING, version=2, by=odile, at=at)
        with transaction.atomic():
            undecided = repeat_reports.undecided(find(refs[1], by=odile, at=at))
        for alike in undecided or ():
            verdict = LinkVerdict.NOT_SAME
            link_decisions.decide(refs[1], alike.ref, verdict, f"{CANARY} difference", by=odile, at=at)
        transitions.close(refs[1], CLOSING, version=3, by=odile, at=at)
        risk = {"risk": f"{CANARY} risk", "avoid": f"{CANARY} safeguard"}  # it came with danger
        action_log.add(refs[2], action_log.DangerNoteKind.RISK, risk, by=odile, at=at)
        transitions.hand_over(refs[2], "south-west", f"{CANARY} reason", version=3, by=odile, at=at)
        session.leave()
    with acting("public"):
        for code in codes:
            messages.visit(code, at=at)
            messages.say(code, f"{CANARY} message", message_id=uuid4(), at=at)
            told.tokens.append(drafting.open_visit(code, at=at))
        kept = Draft(drafting.new_cookie(), answers={"what": {"narrative": f"{CANARY} draft"}})
        gone = Draft(drafting.new_cookie(), answers={"what": {"narrative": f"{CANARY} draft"}})
        for draft in (kept, gone):
            drafting.save(draft, at=at)
            told.tokens.append(draft.cookie)
            told.codes.append(draft.code)
        drafting.discard(gone.cookie, at=at)
    with acting("office"):
        otto = sit_down(house, "Otto", told, at)  # goes home and forgets to sign out
        posted = {"reason": [f"{CANARY} late form"]}
        told.tokens.append(saved_forms.hold_form(otto.officer_id, "/w/", posted, at=at))
        session.leave()
        odile = session.enter(odile.token, house.officers["Odile"], at=at)
        session.signed_out(odile)
        session.leave()
        SessionStore(odile.token).delete()
    # in one transaction, so that the log of commits is not let go of: the thief may look into it as well
    with acting("worker"), transaction.atomic():
        paging.drain(at)
        later = now() + timedelta(minutes=15)  # sending may have gone on into the next quarter hour
        paging.settle_alarms(later)
        settle_arrivals.settle(later)


@contextmanager
def at_work(house: House, name: str, told: Told, at: datetime) -> Iterator[Attendance]:
    """An officer who signs in, works, and signs out."""
    with acting("office"):
        here = sit_down(house, name, told, at)
        yield here
        session.signed_out(here)
        session.leave()
        SessionStore(here.token).delete()


def find_and_link(house: House, told: Told, at: datetime) -> None:
    """Officers search, decide about two reports, link them to a subject, and ask another desk. One registers an interest."""
    one, other, elsewhere = (UUID(ref) for ref in told.stolen[:3])
    with acting("office"):
        desk = house.desks["south-west"]
        stewardship.appoint(house.officers["Otto"], Role.INVESTIGATOR, desk, hands=house.hands, at=at)
    with at_work(house, "Otto", told, at) as by:
        until = (at + timedelta(days=30)).date()
        interests.register(f"Kevin {SURNAMES[0]}", PHONE, f"{CANARY} ground", until, by=by, at=at)
    for name in ("Odile", "Otto", "Nadia"):
        _indexed(house, name, told, at)
    with at_work(house, "Odile", told, at) as by:
        searching.search(SURNAMES[0], searching.SearchFilters(), by=by, at=at)
        link_decisions.decide(one, other, LinkVerdict.SAME, f"{CANARY} decision", by=by, at=at)
        link = None
        for ref in (one, other):
            values = {value.code: SubjectBasis.FACT for value in offering.offer(ref, by=by).values}
            new = NewSubjectLink(link, SubjectKind.PERSON, values, f"{CANARY} link", f"{CANARY} subject")
            link = changing.link(ref, new, by=by, at=at)
        [match] = [line for line in questions.matches(by=by) if line.report == one]
        questions.ask(match.id, f"{CANARY} question to a desk", by=by, at=at)
    with at_work(house, "Otto", told, at) as by:
        assert {line.report for line in questions.matches(by=by) if line.to_answer} == {elsewhere}
    _indexed(house, "Odile", told, at)


def _indexed(house: House, name: str, told: Told, at: datetime) -> None:
    with at_work(house, name, told, at) as by:
        for desk in by.desks:
            desk_index.begin(desk.id, on=at.date())
            while indexing.index_batch(desk.id, by=by, at=at):
                pass
        while matching.catch_up(by=by, at=at):
            pass


@contextmanager
def noting_what_is_indexed(told: Told) -> Iterator[None]:
    """Note every word, form and key that is put into an index, and its token."""
    add, plain, tokens = SealedIndex.add, set[str](), set[bytes]()

    def noted(index: SealedIndex, documents: Iterable[Document]) -> int:
        some = list(documents)
        for one in some:
            words = set[str]().union(*one.texts)
            begun = {form for word in one.begun if word.isascii() for form in beginnings(word)}
            forms = {*one.forms, *begun}
            plain.update(words, forms, one.keys)
            tokens.update(index._words.of(words), index._forms.of(forms), index._keys.of(one.keys))
        return add(index, some)

    SealedIndex.add = noted  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        SealedIndex.add = add  # type: ignore[method-assign]
    told.indexed, told.tokens_indexed = sorted(plain), sorted(one.hex() for one in tokens)


def main(home: Path) -> None:
    at, told = now(), Told()
    house = build_house(at)
    (home / "root.pub").write_text(settings.ROOT)
    for name in ("Odile", "Nadia"):
        desk = house.desks["north-east" if name == "Odile" else "national"].id
        with acting("office"):
            there = sit_down(house, name, told, at, unlocked=False)
            rota.come_on(by=there, desk=desk, until=at + timedelta(hours=8), at=at)
            session.leave()
            stella = sit_down(house, "Stella", told, at, unlocked=False)
            rota.put_on_call(there.officer_id, desk=desk, step=1, by=stella, at=at)
            session.leave()
    told.seeds.append(house.root.hex())
    for name, keys in house.keys.items():
        told.passphrases.append(keys.passphrase)
        told.seeds.append(keys.seed.hex())
        officer = house.officers[name].id
        for grant in EpochGrant.objects.filter(officer_id=officer):
            seed = open_grant(bytes(grant.sealed), keys.seed, info=grant_context(grant.epoch_id, officer))
            told.seeds.append(seed.hex())
    plant(told, at)
    work(house, told, marked(told, at), at)
    with noting_what_is_indexed(told):
        find_and_link(house, told, at)
    told.seeds = sorted(set(told.seeds))
    sys.stdout.write(json.dumps(vars(told)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
