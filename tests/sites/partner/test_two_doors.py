"""Two sites, two doors: whoever belongs to one cannot come in by the other, and nothing says which it was."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings

from heedline.audit.models import Event
from heedline.casework.access.session_store import SessionStore
from heedline.desks.models import Appointment
from heedline.permits.models import OfficeSession
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import PASSWORD, House, add_partner, now
from tests.support.code_app import at_one_moment, code_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
WRONG = "This email and password do not go together"


def tried(one: Hand, name: str, password: str = PASSWORD) -> tuple[int, str]:
    """What a try to sign in is answered, without what was typed and the token."""
    one.sign_in(name, password=password)
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", one.html)
    return one.page.status_code, page.replace(f"{name.lower()}@unit.example", "")


def test_people_of_a_partner_sign_in_unlock_and_see_an_empty_list(
    house: House, partner: Callable[[], Hand]
) -> None:
    petra = partner()
    petra.get("/")
    assert petra.heading == "Sign in"
    petra.sign_in("Petra")
    assert petra.path == "/w/"
    assert petra.heading == "Sent to Northgate Council"
    assert "No disclosures have been sent to you yet" in petra.html
    assert "Locked: unlock your keys" in petra.html
    petra.unlock(house, "Petra")
    assert "Keys unlocked" in petra.html
    for path, heading in (
        ("/w/keys/", "Keys and access"),
        ("/w/keys/changes/", "Changes to your desk’s keys"),
        ("/me/", "Petra P."),
        ("/help/", "Help"),
        ("/me/security/", "How you sign in"),
        ("/me/ways/", "How you unlock your keys"),
    ):
        petra.get(path)
        assert (petra.page.status_code, petra.heading) == (200, heading)
        assert "Northgate Council" in petra.html, "every page says which organisation"
        assert "This is a demonstration" in petra.html
        assert all(
            one.name.startswith(("entrance/", "partner/", "components/"))
            for one in petra.page.templates
            if one.name
        )
    petra.get("/sign-out/")
    petra.send("/sign-out/")
    petra.get("/w/")
    assert petra.heading == "Sign in"


@pytest.mark.parametrize("name", ["Odile", "Ada", "Stella", "Ned"])
def test_an_officer_at_the_partners_door_is_nobody(
    house: House, partner: Callable[[], Hand], name: str
) -> None:
    one = partner()
    stranger = tried(one, "Nobody")
    assert tried(one, name) == stranger == tried(one, "Petra", "a wrong password of hers")
    assert stranger[0] == 422
    assert WRONG in stranger[1]


def test_a_partner_at_the_offices_door_is_nobody_and_the_log_knows(
    house: House, hand: Callable[[], Hand]
) -> None:
    add_partner(house, at=now())
    one = hand()
    assert tried(one, "Petra") == tried(one, "Nobody") == tried(one, "Odile", "a wrong password of hers")
    refused = Event.objects.filter(act="sign-in-refused", actor=house.officers["Petra"].id)
    assert [event.outcome for event in refused] == ["refused"]
    assert not OfficeSession.objects.exclude(officer=None).exists()


def test_who_has_left_the_partner_comes_in_by_no_door(
    house: House, partner: Callable[[], Hand], hand: Callable[[], Hand]
) -> None:
    petra = partner().at_work(house, "Petra")
    Appointment.objects.filter(officer=house.officers["Petra"]).update(ended_on=now().date())
    petra.get("/w/")
    assert petra.heading == "Sign in"
    for one in (partner(), hand()):
        assert WRONG in tried(one, "Petra")[1]


@pytest.mark.parametrize(
    ("name", "there", "here"), [("Petra", "partner", "office"), ("Odile", "office", "partner")]
)
def test_a_session_of_one_site_is_nothing_at_the_other(
    house: House, partner: Callable[[], Hand], hand: Callable[[], Hand], name: str, there: str, here: str
) -> None:
    """Whoever carries the cookie over, under whatever name."""
    browsers = {"partner": partner(), "office": hand()}
    one, other = browsers[there].at_work(house, name), browsers[here]
    names = {"office": settings.SESSION_COOKIE_NAME, "partner": f"hl_partner_{settings.INSTANCE}"}
    other.client.cookies[names[here]] = one.client.cookies[names[there]].value
    other.get("/w/")
    assert other.heading == "Sign in"
    one.get("/w/")
    assert one.heading != "Sign in"


def test_a_session_that_was_made_for_somebody_of_the_other_site_does_not_count(
    house: House, hand: Callable[[], Hand]
) -> None:
    """Also not one that a fault at the office has made."""
    add_partner(house, at=now())
    officer = house.officers["Petra"]
    with acting("office"):
        session = SessionStore()
        session.update(
            {
                "_auth_user_id": str(officer.id),
                "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
                "_auth_user_hash": officer.get_session_auth_hash(),
            }
        )
        session.create()
    one = hand()
    one.client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    one.get("/w/")
    assert one.heading == "Sign in"


def test_passkeys_are_not_offered_at_an_address(house: House, partner: Callable[[], Hand]) -> None:
    petra = partner()
    petra.get("/sign-in/")
    assert "passkey" not in petra.html.casefold()
    petra.at_work(house, "Petra")
    for path in ("/me/ways/", "/me/security/"):
        petra.get(path)
        assert "passkey" not in petra.html.casefold(), path
    for path in (
        "/me/ways/passkey/",
        "/me/security/passkeys/",
        "/me/security/passkeys/add/",
        "/sign-in/passkey/",
    ):
        petra.get(path)
        assert petra.page.status_code in {404, 405}, path


def test_the_second_step_of_a_partner_is_sealed_under_the_partners_secret(
    house: House, partner: Callable[[], Hand], live: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from allauth.mfa.models import Authenticator

    from heedline.casework.access import second_factors
    from heedline.vault import CannotOpen

    petra = partner()
    petra.sign_in("Petra")
    assert petra.heading == "Set up a second sign-in step"
    petra.get("/me/security/code-app/")
    secret = "".join(petra.page.context["secret_groups"].split())
    at_one_moment(monkeypatch)
    petra.send("/me/security/code-app/", code=code_of(secret))
    row = Authenticator.objects.get(user=house.officers["Petra"], type="totp")
    with pytest.raises(CannotOpen), acting("office"):
        second_factors.open_sealed(row.data["secret"])
    with acting("partner"):
        assert second_factors.open_sealed(row.data["secret"]) == secret
    petra.get("/w/")
    assert petra.heading == "Sent to Northgate Council"
    petra.get("/me/security/recovery-codes/new/")
    petra.send("/me/security/recovery-codes/new/")
    petra.get("/me/security/recovery-codes/")
    spare = petra.page.context["unused_codes"][0]
    again = partner()
    again.sign_in("Petra")
    assert again.heading == "Second step"
    assert "passkey" not in again.html.casefold()
    again.send("/sign-in/second/", code="000000")
    assert again.heading == "Second step"
    again.send("/sign-in/second/", code=spare)
    assert again.heading == "Sent to Northgate Council"
