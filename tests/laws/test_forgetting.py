"""The public process counts callers and never learns who they are: what the web application hands on, for every header."""

from __future__ import annotations

from typing import Any

import pytest

from heedline.casework.intake.rate_limit import CALLER, Caller
from heedline.config.wsgi import WHO_IS_ASKING, address_of, forgetting_who

HERE, MADE_UP = "203.0.113.77", "198.51.100.99"


def handed_on(header: str = "", **environ: str) -> dict[str, Any]:
    """What the site gets to see of a request."""
    seen: dict[str, Any] = {}

    def site(got: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(got)
        return []

    forgetting_who(site, header=header)(dict(environ), lambda *_: None)  # type: ignore[arg-type]
    return seen


@pytest.mark.parametrize("header", ["", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_FOR", "HTTP_OF_OUR_OWN"])
def test_no_address_goes_further(header: str) -> None:
    asked = dict.fromkeys(WHO_IS_ASKING, HERE) | ({header: f"{MADE_UP}, {HERE}"} if header else {})
    seen = handed_on(header, PATH_INFO="/", **asked)
    assert set(seen) == {"PATH_INFO", CALLER}
    assert isinstance(seen[CALLER], Caller)
    assert HERE not in repr(seen)
    assert HERE.encode() not in seen[CALLER].number


def test_the_socket_counts_and_headers_that_nobody_trusts_do_not() -> None:
    asked = {"REMOTE_ADDR": HERE, "HTTP_X_FORWARDED_FOR": MADE_UP, "HTTP_X_REAL_IP": MADE_UP}
    assert address_of(asked, "") == HERE


def test_of_the_trusted_header_only_what_the_proxy_wrote_last_counts() -> None:
    asked = {"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": f"{MADE_UP}, 192.0.2.1, {HERE}"}
    assert address_of(asked, "HTTP_X_FORWARDED_FOR") == HERE


@pytest.mark.parametrize(
    "proxy", ["127.0.0.1", "::1", "10.0.0.2", "172.18.0.3", "192.168.7.7", "fd12::1", ""]
)
def test_behind_a_proxy_that_names_nobody_nobody_is_counted(proxy: str) -> None:
    """Or all people would be one, and each would wait for the others."""
    assert handed_on(REMOTE_ADDR=proxy)[CALLER] is None


def test_a_request_without_the_trusted_header_is_not_counted_as_the_proxy() -> None:
    assert handed_on("HTTP_X_REAL_IP", REMOTE_ADDR="10.0.0.2")[CALLER] is None


def test_one_place_has_one_number_and_another_another() -> None:
    one, again, other = (handed_on(REMOTE_ADDR=a)[CALLER] for a in (HERE, HERE, MADE_UP))
    assert one == again != other
