"""Acting as one of the processes: what the database lets that process do, and nothing more.

The tests' connection signs in as a superuser; inside `acting("office")` it is `heedline_office`, for which grants and
row-level security hold as in production.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.conf import settings
from django.db import connection
from django.test import override_settings
from psycopg.pq import TransactionStatus

from tests.support.turns import turn

PROCESSES = ("public", "office", "worker", "backup", "partner", "files", "door", "usher", "settler", "owner")


@contextmanager
def acting(process: str) -> Iterator[None]:
    """Everything inside happens under the database role of that process."""
    assert process in PROCESSES
    # Settings belong to the whole process: whoever needs no others leaves them alone, for the threads beside.
    others = override_settings(**_of_partners()) if process == "partner" else nullcontext()
    with turn(), others, _as_role(process):
        yield


def _of_partners() -> dict[str, object]:
    """What the partners' process is told otherwise than the office."""
    return {
        "FOR_PARTNERS": True,
        "ALLOWED_HOSTS": ["127.0.0.3", "testserver"],
        "SSO": None,
        "OWN_URL": settings.PARTNER_URL,
        "PASSKEYS": False,
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": False,
        "SECRET_KEY": "only-for-tests-of-the-partners-site",
        "SESSION_COOKIE_NAME": f"hl_partner_{settings.INSTANCE}",
        "HELD_COOKIE": f"hl_held_par_{settings.INSTANCE}",
        "KNOWN_COOKIE": f"hl_known_par_{settings.INSTANCE}",
    }


@contextmanager
def _as_role(process: str) -> Iterator[None]:
    with connection.cursor() as cursor:  # in one message: every request of a test begins so
        cursor.execute(f"SELECT current_user; SET ROLE heedline_{process}")
        ((before,),) = cursor.fetchall()
    try:
        yield
    finally:
        broken = connection.connection.info.transaction_status == TransactionStatus.INERROR
        if not broken:  # a transaction that failed forgets its role with everything else
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {before}")
