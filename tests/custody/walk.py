"""What people do between two backups, in an installation that is tested from outside. Run as a program by test_walk.py.

`python -m tests.custody.walk FILE STEP …`, in the environment of the office's process, signed in as a
superuser. FILE is JSON: passphrases, and what an earlier step told. Prints what each step returns, as JSON.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest  # noqa: F401 - where it is loaded, unlocking costs little

from heedline.config.starting import set_up_django

set_up_django()

from heedline.casework.access import keyring, passkeys
from heedline.casework.duty import on_call, rota
from heedline.casework.intake import settle_arrivals
from heedline.casework.keys import key_verification
from heedline.casework.pages.identity_requests import ShownIdentity
from heedline.casework.setup import key_overview
from heedline.casework.setup.stewardship import Enrolment
from heedline.desks.models import Desk, Officer, SeedWrapping
from heedline.permits.models import OfficeSession
from heedline.vault import CannotOpen
from tests.custody.people import dispose, opened
from tests.custody.scenario import an_hour_goes_by
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.identity_scene import ask, decide, open_it
from tests.support.leaving_scene import a_third_officer, ended, leaves, opened_by, present
from tests.support.scene_people import NAMED, People

ANSWER, NEW_ANSWER = "5a" * 32, "a5" * 32


def everybody(told: dict[str, Any]) -> People:
    """Return the people of the installation with their passphrases, or the seed of whoever has left."""
    house = House(b"")
    for officer in Officer.objects.select_related("organisation"):
        name = officer.name.split()[0]
        if name not in told["passphrases"]:
            continue
        seed = told.get("seeds", {}).get(name)
        words = told["passphrases"][name]
        house.officers[name] = officer
        own = bytes.fromhex(seed) if seed else keyring.open_seed(officer.id, words)
        house.keys[name] = Enrolment(officer.id, own, words)
    house.desks = {desk.code: desk for desk in Desk.objects.all()}
    return People(house, now())


def begin(told: dict[str, Any]) -> dict[str, Any]:
    """Orsolya joins the desk; Rosa, who names herself, reports; Ada is put on call; Olga adds a passkey."""
    people = everybody(told)
    people.at -= timedelta(hours=1)
    a_third_officer(people)
    joins = people.house.officers["Orsolya"].id
    with people.sitting("Odile") as odile:
        heard, mine = key_verification.words_of(str(joins)), people.house.keys["Odile"].passphrase
        assert heard is not None
        assert key_overview.compare(joins, heard, mine, by=odile, at=people.at) == 3
    ref, _ = people.taken(**NAMED)
    an_hour_goes_by()
    with acting("worker"):
        settle_arrivals.settle(now())
    with people.sitting("Stella", unlocked=False) as stella:
        rota.put_on_call(
            people.house.officers["Ada"].id,
            desk=people.house.desks["identity"].id,
            step=1,
            by=stella,
            at=people.at,
        )
    _passkey(people, "c0ffee", ANSWER)
    keys = people.house.keys["Orsolya"]
    return {
        "named": str(ref),
        "words": keys.passphrase,
        "seed": keys.seed.hex(),
        "opened": opened_by(people, "Orsolya"),
    }


def night(told: dict[str, Any]) -> dict[str, Any]:
    """An identity is released, a lost passkey replaced, and Orsolya leaves."""
    people, ref = everybody(told), UUID(told["named"])
    desk = people.house.desks["identity"].id
    request = ask(people, ref)
    said: dict[str, Any] = {"called": sorted(on_call.called_authorisers(desk, 1, people.at, overdue=False))}
    decide(people, request)
    said["identity"] = _told(open_it(people, request))

    _passkey(people, "decade", NEW_ANSWER)
    people.tokens.clear()
    with people.sitting("Olga", unlocked=False) as olga:
        with suppress(CannotOpen):
            passkeys.unlock(ANSWER, by=olga, at=people.at)
            raise AssertionError("the passkey that was lost unlocks")
        said["epochs"] = len(passkeys.unlock(NEW_ANSWER, by=olga, at=people.at).keys().seeds)

    with people.sitting("Orsolya") as orsolya:
        assert orsolya.unlocked
    before, leaver = present(people), people.house.officers["Orsolya"].id
    leaves(people, "Orsolya")
    said["sessions"] = OfficeSession.objects.filter(officer=leaver).count()
    said["ways"] = SeedWrapping.objects.filter(officer=leaver).count()
    people.tokens.clear()
    with people.sitting("Odile"):
        pass
    assert present(people) != before
    said["ended"] = [str(one) for one in ended(people)]
    return said


def leaver(told: dict[str, Any]) -> int:
    """Return how much a leaver can open with their seed and all the data here."""
    return opened_by(everybody(told), "Orsolya")


def identity(told: dict[str, Any]) -> list[str]:
    """Return the identity of the reporter, opened by two people."""
    people = everybody(told)
    request = ask(people, UUID(told["named"]))
    decide(people, request)
    return _told(open_it(people, request))


def _told(shown: ShownIdentity) -> list[str]:
    return [line for part in shown.told for _, lines in part.rows for line in lines]


def _passkey(people: People, credential: str, answer: str) -> None:
    with people.sitting("Olga", unlocked=False) as olga:
        words = people.house.keys["Olga"].passphrase
        passkeys.add(credential, answer, answer, words, by=olga, at=people.at)


if __name__ == "__main__":
    wanted = json.loads(Path(sys.argv[1]).read_text())
    steps = {one.__name__: one for one in (begin, night, dispose, opened, leaver, identity)}
    sys.stdout.write(json.dumps([steps[name](wanted) for name in sys.argv[2:]]))
