"""A small installation lives through a day and signs its log. Run as a program by test_backups.py.

`python -m tests.custody.scenario day|evening HOME`, in the environment of the office's process, signed in as a superuser.
The day prints as JSON what only the test may know.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest  # noqa: F401 - where it is loaded, unlocking costs little
from django.conf import settings
from django.db import connection

from heedline.config.starting import set_up_django

set_up_django()

from heedline.casework.access import session
from heedline.casework.attachments.taking import IncomingFile
from heedline.casework.contact import messages
from heedline.casework.duty import paging
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey import transitions
from heedline.casework.log import keeping as log_keeping
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.vault.codes import ReceiptCode
from tests.support import (
    partner_scene,
    stories,
)
from tests.support.acting import acting
from tests.support.cast import build_house, now
from tests.support.scene_people import People
from tests.support.uploads import JPEG

REPORTS = 40


def day(home: Path) -> None:
    """People come together, and reports come."""
    at = now() - timedelta(hours=1)
    house = build_house(at)
    (home / "root.pub").write_text(settings.ROOT)
    with acting("office"):
        leads, desk = house.officers["Olga"], house.desks["north-east"]
        stewardship.appoint(leads, Role.SUPERVISOR, desk, hands=house.hands, at=at)
    sent = [
        stories.a_report(at=at, narrative=f"He looked at door {n}.", where={"postcode": stories.NORTH_EAST})
        for n in range(REPORTS - 1)
    ]
    sent.append(a_report_with_a_photo(at))
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        for ref, _ in sent[:3]:
            transitions.take(ref, by=odile, at=at)
        messages.ask(sent[0][0], "Which door was it?", version=2, by=odile, at=at)
        for ref, _ in sent[1:3]:
            transitions.assess_and_close(ref, stories.VAGUE, stories.NOTHING, version=2, by=odile, at=at)
        session.leave()
    something_goes_to_a_partner(People(house, at), sent[3][0])
    told = {
        "refs": [str(ref) for ref, _ in sent],
        "codes": [code.symbols for _, code in sent],
        "passphrases": {name: keys.passphrase for name, keys in house.keys.items()},
    }
    sys.stdout.write(json.dumps(told))


def a_report_with_a_photo(at: datetime) -> tuple[UUID, ReceiptCode]:
    """Its object is in the storage of this home, and in every copy of the bodies."""
    photo = IncomingFile("van.jpg")
    photo.write(JPEG * 100)
    new = replace(stories.new_report(where={"postcode": stories.NORTH_EAST}), files=(photo.finish(at),))
    stories.send(new, at=at)
    return new.report_id, new.code


def something_goes_to_a_partner(people: People, ref: UUID) -> None:
    """What was sent to a partner, and its answer, are in every copy as well: two headers to each payload."""
    partner_scene.a_partner(people)
    people.take(ref)
    with people.sitting("Odile") as here:
        transitions.assess(ref, stories.VAGUE, version=2, by=here, at=people.at)
    partner_scene.compared(people)
    ident = partner_scene.written(people, ref)
    partner_scene.checked(people, ident)
    partner_scene.opened(people, ident)
    partner_scene.answered(people, ident)


def evening(_: Path) -> None:
    """An hour later the worker has done its work, and the log is signed."""
    an_hour_goes_by()
    with acting("worker"):
        paging.drain(now())
        settle_arrivals.settle(now())
        settings.LOG_KEY = bytes(range(32)).hex()
        log_keeping.keep(now(), 0.0, alarm=paging.raise_for_all)
        log_keeping.publish(now(), alarm=paging.raise_for_all)


def an_hour_goes_by() -> None:
    """As if everything had come an hour earlier."""
    with connection.cursor() as cursor:
        for table in ("reports_report", "reports_message", "dispatch_outbox"):
            cursor.execute(f"UPDATE {table} SET slot = slot - interval '1 hour'")


if __name__ == "__main__":
    {"day": day, "evening": evening}[sys.argv[1]](Path(sys.argv[2]))
