"""The pages of evidence: capturing, checks that are due, the export and the disposal, as examiners and strangers get them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from heedline.specialist_desks.material.capture import running
from heedline.specialist_desks.material.capture.running import CapturedPage, CaptureLimits
from heedline.specialist_desks.material.evidence import watching
from heedline.specialist_desks.material.models import LivenessWatch, MaterialItem
from heedline.specialist_desks.material.pages import evidence
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.material_scene import examined, material_desk, taken, unlawful
from tests.support.scene_people import People
from tests.support.small_internet import captured

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_evidence_from_the_capture_to_the_export(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.FILES, settings.FILES_KEEP_FREE = tmp_path / "files", 0

    def capture(address: str, limits: CaptureLimits, *, control: str = "") -> CapturedPage:
        return captured(address, notes=("popup",))

    monkeypatch.setattr(running, "capture", capture)
    monkeypatch.setattr(evidence, "capture_missing", lambda: "")
    people = material_desk(People(house, now()))
    ref = taken(people)
    examined(people, ref, "Odile", unlawful("ta2006-s1"))
    examined(people, ref, "Otto", unlawful("ta2006-s1"))
    where = f"/w/items/{ref}/"
    odile = hand().at_work(house, "Odile")
    odile.get(where)
    assert "There is no evidence for this item yet." in odile.html
    odile.send(f"{where}capture/", do="capture")
    assert "Recorded as entry 1. It is there." in odile.html
    assert "The page tried to open another page" in odile.html
    assert "No time stamp yet" in odile.html
    odile.send(f"{where}capture/", do="watch")
    odile.get("/w/items/checks/")
    assert "No check is due" in odile.html
    LivenessWatch.objects.update(due_at=now() - timedelta(hours=1))
    odile.get("/w/items/checks/")
    assert "1 item should be checked now" in odile.html
    odile.send("/w/items/checks/")
    assert "It is there." in odile.html
    assert "No check is due" in odile.html
    odile.get(f"{where}evidence/1/picture/")
    assert re.search(r'src="http://[^"]+/t/[\w-]{43}/"', odile.html)
    assert odile.get(f"{where}evidence/export/").status_code == 403
    olga = hand().at_work(house, "Olga")
    olga.get(f"{where}evidence/export/")
    olga.send(f"{where}evidence/export/")
    assert "Download the bundle" in olga.html
    olga.get(f"{where}dispose/")
    olga.send(f"{where}dispose/")
    assert "A report still refers to this item" in olga.html
    assert MaterialItem.objects.filter(id=ref).exists()
    oren = hand().at_work(house, "Oren")
    for path in ("", "evidence/1/picture/", "evidence/export/", "dispose/"):
        assert oren.get(f"{where}{path}").status_code in (403, 404), path
    assert timedelta(hours=12) == watching.LATE_AFTER
