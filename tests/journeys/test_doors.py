"""The doors in Chromium, with scripts and without any: every page looked at, checked by axe, and fits 320 px."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from heedline.reports.models import ReportFile
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.looking import an_incident
from tests.journeys.test_reporter_journey import Open, choose, fill, seen, shown_code, site  # noqa: F401 (a fixture)
from tests.support.cast import House
from tests.support.files_scene import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@BOTH
def test_someone_i_am_worried_about(site: str, person: Open, scripts: bool) -> None:  # noqa: F811
    rosa = person(scripts=scripts)
    rosa.visit(f"{site}/")
    rosa.press("Someone you are worried about")
    seen(rosa, "door-person")
    rosa.play.get_by_label("No", exact=True).check()
    rosa.press("Start")
    seen(rosa, "person-tie")
    choose(rosa, "I am family")
    fill(rosa, narrative="My brother says that a war is coming and has given away his things.")
    seen(rosa, "person-since")
    rosa.press("Continue")
    seen(rosa, "person-age")
    rosa.press("Continue")
    fill(rosa, name="Kit", postcode="NE6 1AA")
    seen(rosa, "person-talked")
    rosa.visit(f"{site}/r/reply/?back=check")
    seen(rosa, "person-reply")
    rosa.play.locator("[name=way][value=call]").check()
    rosa.press("Continue")
    seen(rosa, "person-callback")
    rosa.play.locator("summary", has_text="Add more about the call").click()
    fill(rosa, name="Rosa", phone="07700 900123", times="After six")
    seen(rosa, "person-check")
    rosa.press("Send what you have written")
    assert len(shown_code(rosa).replace("-", "")) == 22


@BOTH
def test_something_online_with_a_screenshot(
    site: str,  # noqa: F811
    person: Open,  # noqa: F811
    scripts: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "FILES", tmp_path / "files")
    rosa = person(scripts=scripts)
    rosa.visit(f"{site}/")
    rosa.press("Something online")
    seen(rosa, "door-online")
    rosa.play.get_by_label("No", exact=True).check()
    rosa.press("Start")
    rosa.press("Continue")
    rosa.play.locator(
        ".govuk-error-summary:focus"
    ).wait_for()  # the browser moves there when it has drawn the page
    seen(rosa, "online-where-error", reloads=False)
    fill(rosa, addresses="\n".join(f"https://films.example/{number}" for number in range(40)))
    seen(rosa, "online-what")
    rosa.press("Skip the other questions")
    seen(rosa, "online-check")
    assert "https://films.example/39" in rosa.play.locator("main").inner_text()
    rosa.press("Add photos, videos or documents")
    rosa.play.get_by_text("The web address is usually enough.").wait_for()
    seen(rosa, "online-files")
    screenshot = {"name": "Screenshot_1.png", "mimeType": "image/png", "buffer": picture(form="PNG")}
    rosa.play.locator("[name=file]").set_input_files(screenshot)
    rosa.press("Add this file")
    rosa.play.get_by_role("button", name="Remove Screenshot_1.png").wait_for()
    rosa.press("Continue")
    assert "Screenshot_1.png" in rosa.play.locator("main").inner_text()
    rosa.press("Send your report")
    assert len(shown_code(rosa).replace("-", "")) == 22
    assert ReportFile.objects.get().report.kind == "online"


@BOTH
def test_the_other_doors(site: str, person: Open, scripts: bool) -> None:  # noqa: F811
    rosa = person(scripts=scripts)
    for address in (
        "emergency", "tell/examples", "stay-safe", "stay-safe/home", "stay-safe/work", "stay-safe/out",
        "stay-safe/now", "stay-safe/now/easy", "ask", "other", "phone", "phone/near",
    ):  # fmt: skip
        rosa.visit(f"{site}/{address}/")
        seen(rosa, f"door-{address.replace('/', '-')}")
    rosa.visit(f"{site}/emergency/")
    rosa.play.locator("[name=narrative]").fill("He has a knife. Flat 4, the house by the mill.")
    rosa.press("Send now")
    rosa.play.locator("summary", has_text="Show your code").click()
    assert shown_code(rosa)


def test_the_form_of_an_incident(site: str, person: Open, leads: House) -> None:  # noqa: F811
    with an_incident(leads) as address:
        rosa = person(scripts=True)
        rosa.visit(f"{site}/")
        seen(rosa, "front-incident")
        rosa.press("Explosion at the market")
        assert rosa.play.url.endswith(address)
        seen(rosa, "incident")
        rosa.play.get_by_label("No", exact=True).check()
        rosa.press("Start")
        fill(rosa, narrative="A van drove off along the river just before the bang.")
        fill(rosa, place="Bristol")
        choose(rosa, "No, stay anonymous")
        seen(rosa, "incident-check")
        rosa.press("Send your report")
        seen(rosa, "incident-code")
        kit = person(scripts=True)
        kit.visit(f"{site}/{address}")
        kit.play.get_by_label("Yes, now", exact=True).check()
        kit.press("Start")
        kit.press("I cannot call")
        kit.play.locator("[name=narrative]").fill("He has a knife. He is running to the river.")
        kit.press("Send now")
        seen(kit, "incident-code-danger")
    rosa.visit(f"{site}/{address}")
    assert "We have closed this form" in rosa.play.locator("main").inner_text()
    seen(rosa, "incident-closed")
