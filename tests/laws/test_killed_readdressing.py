"""Re-addressing that is killed in the middle loses nothing, and goes on with what is left. Commits, so by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from heedline.casework.keys import directory as key_directory
from heedline.reports.models import IdentityShare, SealedHeader, SealedPayload
from tests.laws.committed import committed_house
from tests.support import database
from tests.support.cast import now
from tests.support.leaving_scene import a_third_officer, ended, leaves, opened_by, settled
from tests.support.scene_people import People

#: The command, in batches so small that there is a middle. Told to, it stands still in the fourth, before that is committed.
COMMAND = """
import sys, time
from heedline.jobs import cli
cli._become("office")
from heedline.casework.setup import readdressing
from heedline.jobs.keys import commands as keys
readdressing.BATCH, keys.ROUND = 2, 2
headers, batches = readdressing._headers, []
def standing(walk, after):
    moved = headers(walk, after)
    batches.append(moved)
    if len(batches) == 4:
        print("standing still")
        time.sleep(600)
    return moved
if sys.argv[1:] == ["stand"]:
    readdressing._headers = standing
sys.exit(cli.main(["keys", "readdress", "north-east", "--officer", "odile@unit.example"]))
"""


@pytest.fixture
def people(django_db_blocker: Any) -> Iterator[People]:
    with committed_house(django_db_blocker) as house:
        yield People(house, now())


def start(people: People, *words: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "HEEDLINE_PROCESS": "office",
        "HEEDLINE_DATABASE_URL": database.cluster().url("office", database.database()),
        "HEEDLINE_ROOT": str(settings.ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(people.house.keys["Odile"].passphrase + "\n")
    process.stdin.flush()
    return process


def left(people: People) -> int:
    old = ended(people)
    return (
        SealedHeader.objects.filter(epochs__overlap=old).count()
        + IdentityShare.objects.filter(epoch__in=old).count()
    )


def test_kill_and_go_on(people: People) -> None:
    a_third_officer(people)
    for _ in range(12):
        people.send()
    settled(people)
    payloads = {str(one.container): bytes(one.payload) for one in SealedPayload.objects.all()}
    before = opened_by(people, "Odile")
    leaves(people)
    process = start(people, "stand")
    assert process.stdout
    heard: list[str] = []
    for line in process.stdout:
        heard.append(line)
        if "standing still" in line:
            process.kill()
            break
    process.communicate(timeout=60)
    assert process.returncode == -9, heard
    key_directory.forget()
    remaining = left(people)
    assert remaining == 24 - 3 * 2
    assert opened_by(people, "Odile") == before  # under the old key or the new one, but never under none
    again = start(people)
    out, wrong = again.communicate(timeout=120)
    assert again.returncode == 0, wrong
    assert f"{remaining} of {remaining} done" in out
    assert "can be destroyed from" in out
    key_directory.forget()
    assert left(people) == 0
    assert opened_by(people, "Odile") == before
    assert {str(one.container): bytes(one.payload) for one in SealedPayload.objects.all()} == payloads


def test_a_wrong_passphrase_and_a_stranger_are_told_the_same(people: People) -> None:
    people.house.keys["Odile"] = people.house.keys["Otto"]
    process = start(people)
    _, wrong = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "do not go together" in wrong
