"""Counts what one request asks of the database, inside a process with the site's own settings and role.

    python -m bench.queries < {"site": …, "requests": [{"name", "method", "path", "cookies", "fields", "json"}]}

Answers with JSON: name → statements (without BEGIN and COMMIT, and with those of the search index apart) and round
trips in all. Run by `make bench`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

#: What every page of the office asks to know who is there: the session, the person, their desks, their unlocked keys.
_WHO = (
    'FROM "permits_session"',
    'FROM "permits_unlocked"',
    "set_config('heedline.session_secret'",
    'FROM "desks_appointment"',
)
_WHO_IS_SIGNED_IN = 'FROM "desks_officer" WHERE "desks_officer"."id" ='
#: Reading the search index is counted apart: how many statements fetch pages depends on what is kept of them.
_OF_THE_INDEX = ("reports_search_index", "reports_search_page", "ISOLATION LEVEL")
_NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


def main(asked: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Make each request twice and count the second: what a process keeps for all is not in it."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from heedline.web.afterwards import AFTERWARDS

    os.environ.setdefault("HEEDLINE_PROCESS", asked["site"])
    settings.ALLOWED_HOSTS = ["*"]
    found: dict[str, dict[str, int]] = {}
    for one in asked["requests"]:
        for last in (False, True):
            client = Client(HTTP_HOST=asked["host"], **{AFTERWARDS: ""})  # what follows a page is not of it
            for name, value in one.get("cookies", {}).items():
                client.cookies[name] = value
            with CaptureQueriesContext(connection) as captured:
                status = _ask(client, one, last=last)
        said = [query["sql"].split("\n")[0].strip() for query in captured.captured_queries]
        asked_for = [sql for sql in said if not sql.upper().startswith(_NOT_COUNTED)]
        counted = [sql for sql in asked_for if not any(words in sql for words in _OF_THE_INDEX)]
        who = sum(any(words in sql for words in (*_WHO, _WHO_IS_SIGNED_IN)) for sql in counted)
        found[one["name"]] = {
            "status": status,
            "statements": len(counted),
            "to_know_who_asks": who,
            "of_the_index": len(asked_for) - len(counted),
            "round_trips": len(said),
        }
    return found


def _ask(client: Any, one: dict[str, Any], *, last: bool) -> int:
    if one["method"] == "GET":
        return int(client.get(one["path"]).status_code)
    headers = {"Idempotency-Key": one["keys"][last]} if "keys" in one else {}
    if "json" in one:
        answer = client.post(one["path"], one["json"], content_type="application/json", headers=headers)
    else:
        answer = client.post(
            one["path"], one["fields"], headers={"Origin": f"http://{client.defaults['HTTP_HOST']}"}
        )
    return int(answer.status_code)


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
