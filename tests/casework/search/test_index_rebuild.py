"""Tests for rebuilding a desk's index, from code and at a terminal."""

from __future__ import annotations

import argparse
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from heedline.casework.errors import NotHere
from heedline.casework.search import indexing
from heedline.jobs import index as index_command
from heedline.jobs.doctor import search as search_coverage
from heedline.reports.models import (
    SearchIndex,
    SearchWaiting,
)
from tests.support.acting import acting
from tests.support.linking_scene import BOY, compared
from tests.support.scene_people import SOUTH_WEST, People, logged, quarter_hour_over
from tests.support.search_scene import found, indexed

pytestmark = pytest.mark.django_db


def test_an_index_is_rebuilt_with_progress_by_its_desk_alone(people: People) -> None:
    ref, _ = people.send(narrative="quillon")
    people.send(**SOUTH_WEST)
    indexed(people)
    desk = people.house.desks["north-east"].id
    before = SearchIndex.objects.get(desk_id=desk).id
    told = []
    with people.sitting("Odile") as here:
        covered = indexing.rebuild(desk, by=here, at=people.at, told=told.append)
    assert (covered.reports, covered.waiting, len(told)) == (1, 0, 1)
    assert SearchIndex.objects.get(desk_id=desk).id != before
    assert found(people, "quillon") == [ref]
    with people.sitting("Otto") as here, pytest.raises(NotHere):
        indexing.rebuild(desk, by=here, at=people.at)
    assert len(logged("index-rebuilt")) == 1


def test_an_index_is_rebuilt_at_a_terminal_and_the_doctor_tells_coverage(
    people: People, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(3):
        people.send(narrative=f"quillon {n}")
    indexed(people)
    people.send()
    people.send(**SOUTH_WEST)
    quarter_hour_over(people.at)
    asked = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    coverage = [words for _, words in search_coverage.told(asked)]
    assert coverage[:3] == [
        "National desk: no search index for its 5 reports. Opening its queue makes one",
        "North East desk: 4 reports, 3 in its search index; waiting for an update or removal: 1",
        "South West desk: no search index for its 1 report. Opening its queue makes one",
    ]
    house = people.house
    monkeypatch.setattr(index_command, "ask", lambda words: house.keys["Odile"].passphrase)
    monkeypatch.setattr(indexing, "AT_ONCE", 1)
    monkeypatch.setattr(indexing, "SECONDS", 0.0)
    monkeypatch.setattr(indexing, "LAST_SECONDS", 0.0)
    args = argparse.Namespace(officer=house.officers["Odile"].email, desk="north-east", verb="rebuild")
    with acting("office"):
        assert index_command.run(args) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if "to go" in line] == [
        f"{n} reports indexed, {4 - n} to go" for n in (1, 2, 3, 4)
    ]
    assert said[-1] == "4 reports can be searched."
    with acting("office"):
        assert index_command.run(argparse.Namespace(**{**vars(args), "desk": "south-west"})) != 0
        assert index_command.run(argparse.Namespace(**{**vars(args), "verb": "check"})) == 0
    assert [right for right, _ in search_coverage.told(asked)] == [None, None, None, True, True]
    SearchWaiting.objects.create(desk=house.desks["north-east"], report=uuid4(), aside=True)
    assert [right for right, _ in search_coverage.told(asked)] == [None, None, None, False, True]


def test_the_doctor_counts_other_desks_values_apart_from_the_linking_desks_reports(people: People) -> None:
    people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    asked = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    coverage = [words for _, words in search_coverage.told(asked)]
    assert coverage[0].startswith(
        "National desk: 2 reports, 2 in its search index (with 2 entries of other desks to compare)"
    )
