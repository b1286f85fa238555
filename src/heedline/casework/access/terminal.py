"""An officer at a command line of the office's host, for long work: a session like every other, ended when the work is."""

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
    """Sign in by the passphrase alone and unlock. Raises WrongPassphrase for a stranger and a wrong passphrase alike.

    Who can start this holds the office's secrets already; the passphrase is what they do not hold.
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
