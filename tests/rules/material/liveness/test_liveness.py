"""Tests for liveness rules: pages on which each must or must not fire, the order of verdicts, and faulty rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heedline.packs.tables import PackError
from heedline.specialist_desks.material.hashes import PictureHash, hash_picture, sketch_text
from heedline.specialist_desks.material.liveness import (
    KnownPage,
    LivenessCheck,
    LivenessReading,
    LivenessVerdict,
    RuleFiring,
    StoredResponse,
    next_check,
    read_liveness_rules,
    read_response,
    rules_to_suspend,
    settled_verdict,
)
from heedline.specialist_desks.material.locators import Locator, canonical, read_locator_rules

UK = files("heedline.packs") / "uk"
LOCATORS = read_locator_rules(UK)
RULES = read_liveness_rules(UK, LOCATORS.platforms)
V = LivenessVerdict
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
FILLER = "A sentence of an article that has nothing to do with it and goes on for a while. "
NOTHING_KNOWN = KnownPage()


def item(address: str = "https://kiteboard.example/posts/Ab12") -> Locator:
    found = canonical(address, LOCATORS)
    assert found
    return found


def read(
    status: int = 200, text: str = "A post.", known: KnownPage = NOTHING_KNOWN, **more: Any
) -> LivenessReading:
    about = item(more.pop("about", "https://kiteboard.example/posts/Ab12"))
    suspended = more.pop("suspended", ())
    response = StoredResponse(status=status, text=text, **{"final_address": about.address, **more})
    return read_response(about, response, known, RULES, LOCATORS, suspended)


def _pages() -> Iterator[tuple[str, bool, str, dict[str, Any]]]:
    told = tomllib.loads((Path(__file__).parent / "liveness.toml").read_text(encoding="utf-8"))
    for page in told["pages"]:
        about = {
            "reelbox": "https://reelbox.example/watch?v=Ab12Cd",
            "kiteboard": "https://kiteboard.example/posts/Ab12",
        }
        more: dict[str, Any] = {
            "about": about[page.get("platform", "kiteboard")],
            "headers": page.get("headers", {}),
        }
        if "final" in page:
            more["final_address"] = page["final"]
        for fires in (True, False):
            for text in page.get("fires" if fires else "not", ()):
                yield page["rule"], fires, text + " " + FILLER * page.get("filler", 0), more


PAGES = list(_pages())


@pytest.mark.parametrize(("rule", "fires", "text", "more"), PAGES)
def test_a_rule_fires_on_its_pages_and_on_no_others(
    rule: str, fires: bool, text: str, more: dict[str, Any]
) -> None:
    others = {one.code for one in RULES.pages} - {rule}
    assert (read(text=text, suspended=others, **more).rule == rule) is fires


def test_every_rule_has_pages_of_both_kinds() -> None:
    for one in RULES.pages:
        assert {fires for code, fires, _, _ in PAGES if code == one.code} == {True, False}, one.code


@pytest.mark.parametrize(
    ("response", "verdict"),
    [
        ({}, V.LIVE),
        ({"status": 0, "failure": "dns"}, V.UNREACHABLE),
        ({"status": 0, "failure": "timeout"}, V.UNREACHABLE),
        ({"status": 404, "control": 200}, V.REMOVED_404),
        ({"status": 410, "control": 200}, V.REMOVED_404),
        ({"status": 404, "control": 404}, V.UNSURE),
        ({"status": 404}, V.UNSURE),
        ({"status": 404, "control": 200, "final_address": "https://kiteboard.example/@someone"}, V.UNSURE),
        (
            {"status": 404, "control": 200, "final_address": "https://m.kiteboard.example/posts/Ab12"},
            V.REMOVED_404,
        ),
        ({"status": 451}, V.GEO_BLOCKED),
        ({"status": 401}, V.BLOCKED_US),
        ({"status": 403}, V.BLOCKED_US),
        ({"status": 429}, V.BLOCKED_US),
        ({"status": 500}, V.UNREACHABLE),
        ({"status": 503}, V.UNREACHABLE),
        ({"status": 503, "headers": {"cf-mitigated": "challenge"}}, V.BLOCKED_US),
        ({"status": 404, "control": 200, "headers": {"cf-mitigated": "challenge"}}, V.BLOCKED_US),
        ({"status": 404, "control": 200, "text": "Verify you are human"}, V.BLOCKED_US),
        ({"text": "This post is no longer available."}, V.REMOVED_TOMBSTONE),
        ({"text": "This post is no longer available. Log in to continue"}, V.LOGIN_WALL),
        ({"text": "This post is not available in your country"}, V.GEO_BLOCKED),
        ({"text": "This domain is for sale"}, V.UNREACHABLE),
        ({"final_address": "https://kiteboard.example/login?next=%2Fposts%2FAb12"}, V.LOGIN_WALL),
        ({"final_address": "https://kiteboard.example/posts/Zz99"}, V.MOVED),
        ({"final_address": "https://elsewhere.example/"}, V.MOVED),
        ({"final_address": "https://m.kiteboard.example/@a_b/posts/Ab12?utm_source=x"}, V.LIVE),
        ({"final_address": "about:blank"}, V.UNSURE),
        ({"text": "  "}, V.UNSURE),
        ({"status": 204}, V.UNSURE),
        ({"status": 302}, V.UNSURE),
    ],
)
def test_the_verdict_on_a_response(response: dict[str, Any], verdict: LivenessVerdict) -> None:
    assert read(**response).verdict is verdict


def test_a_moved_item_proposes_its_new_locator() -> None:
    found = read(final_address="https://kiteboard.example/posts/Zz99")
    assert found.moved_to
    assert found.moved_to.key == "https://kiteboard.example/posts/Zz99"


def test_what_is_no_success_is_never_called_removed_by_words_alone() -> None:
    """A site that is down also says that a page is not available."""
    for status in (403, 429, 451, 500, 503, 302):
        assert not read(status=status, text="This page is not available").verdict.is_removed


KNOWN = " ".join(f"word{n % 89}x{n * n % 37}" for n in range(200))


def test_changed_text_goes_to_a_person() -> None:
    known = KnownPage(text=sketch_text(KNOWN))
    assert read(text=KNOWN + " and a new comment below", known=known).verdict is V.LIVE
    found = read(text=FILLER * 20, known=known).verdict
    assert found is V.CHANGED
    assert found.needs_person


def _picture(seed: int) -> PictureHash:
    blocks = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    found = hash_picture(np.kron(blocks, np.ones((16, 16, 1), dtype=np.uint8)))
    assert found
    assert found.claims
    return found


@pytest.mark.thorough
def test_a_changed_picture_goes_to_a_person() -> None:
    known = KnownPage(text=sketch_text(KNOWN), picture=_picture(1))
    assert read(text="other", known=known, picture=_picture(1)).verdict is V.LIVE
    assert read(text=KNOWN, known=known, picture=_picture(2)).verdict is V.CHANGED
    assert read(text=KNOWN, known=known, picture=PictureHash((bytes(32),) * 8, 3)).verdict is V.CHANGED


def check(hours: float, verdict: LivenessVerdict, vantage: str = "a") -> LivenessCheck:
    return LivenessCheck(NOW + hours * HOUR, vantage, verdict)


@pytest.mark.parametrize(
    ("checks", "settled"),
    [
        ([], None),
        ([check(0, V.REMOVED_404)], None),
        ([check(0, V.REMOVED_404), check(2, V.REMOVED_404)], None),  # one place
        ([check(0, V.REMOVED_404), check(0.9, V.REMOVED_404, "b")], None),  # too close
        ([check(0, V.REMOVED_404), check(1, V.REMOVED_TOMBSTONE, "b")], V.REMOVED_TOMBSTONE),
        ([check(1, V.REMOVED_404, "b"), check(0, V.REMOVED_404)], V.REMOVED_404),  # in any order
        ([check(0, V.REMOVED_404), check(1, V.LIVE, "b"), check(2, V.REMOVED_404, "b")], None),
        ([check(0, V.REMOVED_404), check(1, V.BLOCKED_US, "b"), check(2, V.REMOVED_404, "b")], None),
        ([check(0, V.REMOVED_404), check(1, V.REMOVED_404, "b"), check(9, V.LIVE)], V.LIVE),  # it is back
        ([check(0, V.REMOVED_404), check(1, V.GEO_BLOCKED, "b")], V.GEO_BLOCKED),
    ],
)
def test_two_checks_have_to_agree(checks: list[LivenessCheck], settled: LivenessVerdict | None) -> None:
    assert settled_verdict(checks, RULES) is settled


def test_checks_are_due_ever_more_seldom_and_are_no_pattern() -> None:
    times = [next_check(NOW, done, 0.5, RULES) for done in range(9)]
    assert times == [NOW + h * HOUR for h in (0.25, 1, 6, 24, 72, 168, 720, 2160)] + [None]
    for fraction in (0, 0.3, 1):
        shifted = [one for done in range(8) if (one := next_check(NOW, done, fraction, RULES))]
        assert shifted == sorted(shifted)
        assert shifted[0] > NOW
    assert next_check(NOW, 3, 0, RULES) == NOW + 21.6 * HOUR


def test_early_checks_are_overdue_within_the_hour_and_late_ones_before_the_next() -> None:
    assert [one for one, at in zip(RULES.late, RULES.checks, strict=True) if at <= HOUR and one > HOUR] == []
    for done, late in enumerate(RULES.late[:-1]):
        assert late <= RULES.checks[done + 1] - RULES.checks[done], done


def _day(platform: str, live: int, rule: str, fired: int) -> list[RuleFiring]:
    return [RuleFiring(platform, rule)] * fired + [RuleFiring(platform, "")] * (live - fired)


def test_a_rule_that_fires_on_nearly_everything_is_suspended() -> None:
    assert rules_to_suspend(_day("kiteboard", 20, "gone-words", 19), RULES) == {"gone-words"}
    assert rules_to_suspend(_day("kiteboard", 20, "gone-words", 18), RULES) == set()  # exactly 90 %
    assert rules_to_suspend(_day("kiteboard", 9, "gone-words", 9), RULES) == set()  # too few to tell
    two = [*_day("kiteboard", 50, "gone-words", 1), *_day("reelbox", 10, "reelbox-removed", 10)]
    assert rules_to_suspend(two, RULES) == {"reelbox-removed"}


def test_a_suspended_rule_is_not_asked() -> None:
    text = "This post is no longer available."
    assert read(text=text, suspended={"gone-words"}).verdict is V.LIVE
    assert read(text=text).rule == "gone-words"


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ('platform = "reelbox"', 'platform = "nothing"', "no platform is called nothing"),
        ('code = "geo-words"', 'code = "login-words"', "one code twice"),
        ('code = "geo-words"', 'code = "Geo"', "must be lower-case"),
        ('kind = "geo"', 'kind = "map"', "kind: must be one of"),
        ("at_most = 500\n", "", "at_most: is missing"),
        ("seen = 2026-11-26", "seen = 2027-01-01", "must not be later"),
        ('header = { name = "cf-mitigated", value = "challenge" }', "", "must name a text"),
        ('value = "challenge" }', 'value = "(" }', "not a regular expression"),
        ("checks = [0.25, 1,", "checks = [1, 0.25,", "must be in order"),
        ("checks = [0.25,", "checks = [0,", "hours above zero"),
        ("late = [0.25,", "late = [", "one time for each of checks"),
        ("late = [0.25,", "late = [-1,", "late: must be a list of hours above zero"),
        ("shift_percent = 20", "shift_percent = 100", "below 100"),
        ("suspend_items = 10", "suspend_items = 10\nmore = 1", "is not a known key"),
    ],
)
def test_a_mistake_in_the_rules_is_named(tmp_path: Path, was: str, becomes: str, message: str) -> None:
    text = (UK / "liveness.toml").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "liveness.toml").write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(PackError, match=message):
        read_liveness_rules(tmp_path, LOCATORS.platforms)
