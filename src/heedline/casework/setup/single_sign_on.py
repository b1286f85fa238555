"""Single sign-on: link accounts, sign officers in and out, and handle back-channel logout.

Single sign-on creates no officer and opens no key. Once the provider refuses an officer, none of their
sessions, unlocked keys or passwords works any longer. ADR 24 explains why accounts are bound in this
way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import provider_sessions, session
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import row_of
from heedline.casework.keys.signing import Signer
from heedline.casework.recording import refusals_logged
from heedline.casework.setup.stewardship import permit_stewards
from heedline.desks.models import Appointment, Officer, ProviderBinding
from heedline.permits.gate import Refused
from heedline.permits.models import OfficeSession, ProviderNotice
from heedline.permits.roles import SIGN_IN_HERE
from heedline.vault.keys import hkdf

#: So long somebody who is bound may sign in by password when two stewards let them.
LET_IN_FOR = timedelta(hours=12)
#: A notice is taken when it was made within this time, and remembered for longer than that.
NOTICE_COUNTS = timedelta(minutes=5)
_REMEMBERED = timedelta(minutes=15)


@dataclass(frozen=True)
class BindingSeen:
    """The state of an officer's single sign-on binding.

    `may_bind` is true if the officer could bind an account.
    """

    bound: bool
    may_bind: bool
    password_until: datetime | None


def account_of(issuer: str, subject: str) -> bytes:
    """Return the keyed hash under which a provider account is stored.

    It is a MAC of issuer and subject under the office's secret. The email address is not part of it.
    """
    context = json.dumps([settings.INSTALLATION, issuer, subject]).encode()
    return hkdf(settings.SECRET_KEY.encode(), label="provider-account", context=context)


# --- binding -----------------------------------------------------------------------------------------------------------


def seen(*, by: Attendance) -> BindingSeen:
    """Return the state of this officer's single sign-on binding."""
    row = ProviderBinding.objects.filter(officer_id=by.officer_id).first()
    return BindingSeen(
        row is not None,
        row is None and SIGN_IN_HERE.isdisjoint(by.roles),
        row.password_until if row is not None else None,
    )


def bind(account: bytes, *, by: Attendance, at: datetime) -> None:
    """Bind the signed-in officer to their account at the provider and end their sessions.

    Raises Refused.
    """
    with refusals_logged(Act.BOUND_TO_PROVIDER, by=by.officer_id, thing="officer", thing_id=by.officer_id):
        if not SIGN_IN_HERE.isdisjoint(by.roles):
            raise Refused("Stewards and overseers must sign in with their password.")
        try:
            with transaction.atomic():
                ProviderBinding.objects.create(officer_id=by.officer_id, account=account, bound_on=at.date())
        except IntegrityError:
            raise Refused("This account cannot be used here, or your account is already set up.") from None
        session.end_sessions(by.officer_id)
        journal.record(Act.BOUND_TO_PROVIDER, actor=by.officer_id, thing="officer", thing_id=by.officer_id)


def unbind(officer: Officer, *, hands: Sequence[Signer], at: datetime) -> None:
    """Remove an officer's single sign-on binding, so that they sign in with a password again.

    They can bind an account again later. Two stewards sign this. Raises Refused.
    """
    by = UUID(hands[0].person) if hands else None
    with refusals_logged(Act.UNBOUND_FROM_PROVIDER, by=by, thing="officer", thing_id=officer.id):
        permit_stewards(hands)
        if not ProviderBinding.objects.filter(officer=officer).delete()[0]:
            raise Refused("They do not sign in through the single sign-on provider.")
        session.end_sessions(officer.id)
        journal.record(Act.UNBOUND_FROM_PROVIDER, actor=by, thing="officer", thing_id=officer.id)


def let_in(officer: Officer, *, hands: Sequence[Signer], at: datetime) -> None:
    """Allow an officer with a bound account to sign in with a password for the next twelve hours.

    Two stewards sign this. Raises Refused.
    """
    by = UUID(hands[0].person) if hands else None
    with refusals_logged(Act.LET_IN, by=by, thing="officer", thing_id=officer.id):
        permit_stewards(hands)
        bound = ProviderBinding.objects.filter(officer=officer)
        if not bound.update(password_until=at + LET_IN_FOR):
            raise Refused("They do not sign in through the single sign-on provider.")
        journal.record(Act.LET_IN, actor=by, thing="officer", thing_id=officer.id)


# --- coming in ---------------------------------------------------------------------------------------------------------


def password_closed(officer: Officer, *, at: datetime) -> bool:
    """Return whether this officer is barred from signing in with a password or passkey.

    This is so for officers with a bound account, unless stewards have temporarily allowed a password. A
    refusal is logged.
    """
    row = ProviderBinding.objects.filter(officer=officer).first()
    if row is None or _signs_in_here(officer) or (row.password_until is not None and at < row.password_until):
        return False
    journal.record(Act.SIGN_IN_REFUSED, actor=officer.id, refused=True, detail={"why": "bound"})
    return True


def officer_of(account: bytes) -> Officer | None:
    """Return the officer who is bound to this account and may sign in.

    Never returns a new or inactive officer, a steward or an overseer. A refusal is logged.
    """
    row = ProviderBinding.objects.filter(account=account).select_related("officer").first()
    if row is None:
        refused("no-officer")
        return None
    if not row.officer.is_active or _signs_in_here(row.officer):
        refused("not-active" if not row.officer.is_active else "role", row.officer_id)
        return None
    return row.officer


def is_theirs(by: Attendance, account: bytes) -> bool:
    """Return whether the officer is bound to this account."""
    return ProviderBinding.objects.filter(officer_id=by.officer_id, account=account).exists()


def came_in(token: str, officer: Officer, *, refresh_token: str, sid: str, at: datetime) -> None:
    """Record that this session began with single sign-on.

    Its keys are locked.
    """
    with transaction.atomic():
        provider_sessions.begin(token, refresh_token, sid, at=at)
        journal.record(Act.SIGNED_IN_BY_PROVIDER, actor=officer.id)


def refused(why: str, officer_id: UUID | None = None) -> None:
    """Log that a person returned from the provider but was refused access.

    `why` is one of Heedline's own codes.
    """
    journal.record(Act.PROVIDER_SIGN_IN_REFUSED, actor=officer_id, refused=True, detail={"why": why})


def _signs_in_here(officer: Officer) -> bool:
    return Appointment.objects.filter(officer=officer, role__in=SIGN_IN_HERE, ended_on=None).exists()


# --- going out ---------------------------------------------------------------------------------------------------------


def turned_away(by: Attendance) -> None:
    """End all sessions of an officer whom the provider has refused.

    Their unlocked keys go with the sessions.
    """
    _end(by.officer_id, "refused")


def token_over(by: Attendance, *, at: datetime) -> None:
    """End a session whose token the provider no longer accepts.

    The browser was idle at the provider for too long, or the account was disabled. The provider is asked
    about each of the officer's other sessions before that session does anything more. A permission to sign
    in by password ends, because the provider cannot be asked about it.
    """
    with transaction.atomic():
        OfficeSession.objects.filter(row=row_of(by.token)).delete()
        provider_sessions.ask_now(by.officer_id, at=at)
        ProviderBinding.objects.filter(officer_id=by.officer_id).update(password_until=None)
        journal.record(Act.ENDED_BY_PROVIDER, actor=by.officer_id, detail={"how": "token"})


def out_of_reach(by: Attendance) -> None:
    """End this session because the provider has been unavailable for too long.

    Each of the officer's other sessions ends by itself once the provider has stopped answering for it too
    long.
    """
    OfficeSession.objects.filter(row=row_of(by.token)).delete()
    journal.record(Act.ENDED_BY_PROVIDER, actor=by.officer_id, detail={"how": "silence"})


def take_notice(notice: str, *, account: bytes | None, sid: str, at: datetime) -> bool:
    """Process a logout notice from the provider and end the affected sessions.

    The provider sends one if somebody signed out there or was removed. Returns False if the notice was
    processed before.
    """
    row = hashlib.sha256(notice.encode()).digest()
    try:
        with transaction.atomic():  # taken and carried out, or neither: it is sent again when something fails
            ProviderNotice.objects.create(row=row, expires_at=at + _REMEMBERED)
            found: set[UUID | None] = set()
            if account is not None:
                found |= set(
                    ProviderBinding.objects.filter(account=account).values_list("officer_id", flat=True)
                )
            elif sid:
                mark = provider_sessions.mark_of(sid)
                found |= set(
                    OfficeSession.objects.filter(provider__sid=mark).values_list("officer_id", flat=True)
                )
            for officer_id in found - {None}:
                _end(officer_id, "notice")  # type: ignore[arg-type]
    except IntegrityError:
        return False
    return True


def _end(officer_id: UUID, how: str) -> None:
    with transaction.atomic():
        session.end_sessions(officer_id)
        ProviderBinding.objects.filter(officer_id=officer_id).update(password_until=None)
        journal.record(Act.ENDED_BY_PROVIDER, actor=officer_id, detail={"how": how})
