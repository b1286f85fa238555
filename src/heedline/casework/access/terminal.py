"""Command-line sessions for officers on the office host, for long-running work.

A session is like any other, and ends when the work is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from heedline.casework.access import session as access_session
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import SessionStore
from heedline.casework.errors import WrongPassphrase
from heedline.desks.models import Officer
from heedline.vault import CannotOpen


@contextmanager
def sitting(email: str, passphrase: str, *, at: datetime) -> Iterator[Attendance]:
    """Sign an officer in with only their passphrase, and yield the unlocked session.

    Raises WrongPassphrase both for an unknown address and for a wrong passphrase. Anybody who can start this
    already has the office's secrets. The passphrase is the one thing they do not have.
    """
    officer = Officer.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if officer is None:
        access_session.sign_in_refused(email.strip())
        raise WrongPassphrase
    session = SessionStore()
    session["_auth_user_id"] = str(officer.id)
    session.create()
    try:
        here = access_session.enter(str(session.session_key), officer, at=at)
        try:
            here = access_session.unlock(here, passphrase, at=at)
        except CannotOpen:
            raise WrongPassphrase from None
        yield here
    finally:
        access_session.leave()
        session.delete()
