"""A small scene for the tests of duty: two regional desks and a round-the-clock one, their people, reports that wait.

Rows are made directly and not through the vault: duty opens nothing, so nothing here needs to be sealed. Statements
that officers make go through real sessions, so that row-level security has its say.
"""

from __future__ import annotations

import email
import json
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from uuid import UUID

from heedline.casework.access import session, session_store
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import row_of
from heedline.casework.duty import paging
from heedline.desks.models import Appointment, Desk, Officer, OnCall, Organisation, Shift
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.clocks import first_due, rank_of, slot_of
from heedline.dispatch.letters import Letter
from heedline.dispatch.models import Alarm, Outbox
from heedline.packs import load_pack
from heedline.permits.models import OfficeSession
from heedline.reports.models import Report
from heedline.vault.keys import new_seed
from tests.support.acting import acting

NOON = datetime(2026, 11, 25, 12, 7, 31, tzinfo=UTC)


@dataclass
class Scene:
    """The people (Odile north-east, Otto south-west, Nadia and Nils round the clock) and a pager with its own memory."""

    folder: Path
    desks: dict[str, Desk] = field(default_factory=dict)
    people: dict[str, Officer] = field(default_factory=dict)
    memory: PagerMemory = field(default_factory=PagerMemory)

    def desk(self, code: str, *, watch: bool = False) -> Desk:
        organisation, _ = Organisation.objects.get_or_create(code="unit", defaults={"name": "Unit"})
        self.desks[code] = Desk.objects.create(
            code=code, name=code.title(), organisation=organisation, kind="activity", round_the_clock=watch
        )
        return self.desks[code]

    def officer(self, name: str, desk: str, role: str = "officer") -> Officer:
        person = Officer.objects.create(
            name=name, email=f"{name.lower()}@example.org", organisation=self.desks[desk].organisation
        )
        Appointment.objects.create(officer=person, role=role, desk=self.desks[desk])
        self.people[name] = person
        return person

    def steward(self, name: str) -> Officer:
        """Somebody who sets up, and works at no desk."""
        place = self.desks["north-east"].organisation
        person = Officer.objects.create(name=name, email=f"{name.lower()}@example.org", organisation=place)
        Appointment.objects.create(officer=person, role="steward")
        self.people[name] = person
        return person

    def on_duty(self, name: str, desk: str, at: datetime = NOON, hours: float = 8) -> None:
        """Somebody at work as planned: on the rota, signed in and unlocked, until their keys lock."""
        self.planned(name, desk, at, hours)
        self.present(name, at + timedelta(hours=hours))

    def planned(self, name: str, desk: str, at: datetime = NOON, hours: float = 8) -> None:
        """Somebody whom the rota has now, which makes nobody present."""
        Shift.objects.create(
            desk=self.desks[desk],
            officer=self.people[name],
            starts_at=at - timedelta(hours=1),
            ends_at=at + timedelta(hours=hours),
        )

    def present(self, name: str, until: datetime) -> None:
        """Somebody signs in and unlocks, and uses their keys for the last time so that these lock at `until`."""
        token = self._signed_in(name)
        with acting("office"):
            here = session.enter(token, self.people[name], at=until)
            session.unlock_with_seed(here, new_seed(), at=until - load_pack("uk").clock("unlock_idle"))
            session.leave()

    def on_call(self, name: str, desk: str, step: int) -> None:
        OnCall.objects.create(desk=self.desks[desk], step=step, officer=self.people[name])

    def report(
        self, desk: str, urgency: str = "routine", at: datetime = NOON, *, watch: str | None = None
    ) -> UUID:
        """A report that waits, and its letter in the outbox, as the door writes them."""
        report = Report.objects.create(
            id=uuid.uuid4(),
            kind="activity",
            channel="web",
            area="unknown",
            urgency=urgency,
            desk=self.desks[desk],
            watch=self.desks[watch] if watch else None,
            question_set="0" * 64,
            slot=slot_of(at),
            received_on=at.date(),
            due_at=first_due(slot_of(at), urgency, load_pack("uk")),
            rank=rank_of(urgency),
        )
        Outbox.objects.create(
            letter=Letter.REPORT_ARRIVED, desk=self.desks[desk].id, thing_id=report.id, slot=slot_of(at)
        )
        return report.id

    @contextmanager
    def sitting(self, name: str, at: datetime = NOON) -> Iterator[Attendance]:
        """The office process, with this person's session: what they see, the database decides."""
        token = self._signed_in(name)
        with acting("office"):
            try:
                yield session.enter(token, self.people[name], at=at)
            finally:
                session.leave()

    def _signed_in(self, name: str) -> str:
        token = secrets.token_urlsafe(32)
        far = datetime(2100, 1, 1, tzinfo=UTC)
        OfficeSession.objects.create(row=row_of(token), site="office", sealed=b"", expires_at=far)
        with acting("office"):
            session_store._name(row_of(token), self.people[name].id)
        return token

    # --- the worker, told the time ---

    def tick(self, seconds: float = 0, start: datetime = NOON) -> int:
        """One tick of the worker, `seconds` after `start`: drain, then page. Returns how many alarms moved on."""
        at = start + timedelta(seconds=seconds)
        with acting("worker"):
            paging.drain(at)
            return paging.page_round(at, 1_000_000 + seconds, self.memory)

    def watch(self, at: datetime) -> None:
        with acting("worker"):
            paging.watch_clocks(at)

    def restart(self) -> None:
        """The worker starts anew and remembers nothing."""
        self.memory = PagerMemory()

    # --- what came of it ---

    def mails(self) -> list[Message]:
        return [email.message_from_bytes(path.read_bytes()) for path in self.folder.glob("*.eml")]

    def paged(self) -> list[str]:
        """Who has been paged since the last time, by name; empties the folder."""
        names = sorted(str(mail["To"]).partition("@")[0] for mail in self.mails())
        for path in self.folder.glob("*"):
            path.unlink()
        return names

    def open_kinds(self) -> list[str]:
        return sorted(Alarm.objects.filter(cleared_at=None).values_list("kind", flat=True))


def events(act: str) -> list[dict[str, object]]:
    """The log's events of one act."""
    from heedline.audit.models import Event

    return [
        {
            "actor": one.actor,
            "thing_id": one.thing_id,
            "outcome": one.outcome,
            "at": one.at,
            "detail": one.detail,
        }
        for one in Event.objects.filter(act=act).order_by("id")
    ]


def plain(value: object) -> str:
    return json.dumps(value, default=str)


def play(folder: Path) -> Scene:
    """The scene as every test finds it: nobody is on duty yet."""
    scene = Scene(folder)
    scene.desk("north-east")
    scene.desk("south-west")
    scene.desk("national", watch=True)
    scene.officer("Odile", "north-east")
    scene.officer("Orla", "north-east", "supervisor")
    scene.officer("Otto", "south-west")
    scene.officer("Nadia", "national")
    scene.officer("Nils", "national", "supervisor")
    scene.officer("Max", "national", "supervisor")
    return scene
