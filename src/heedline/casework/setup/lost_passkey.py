"""Removal of an officer's lost passkeys by two stewards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import second_factors, session
from heedline.casework.keys.signing import Signer
from heedline.casework.recording import refusals_logged
from heedline.casework.setup.stewardship import permit_stewards
from heedline.desks.models import Officer, SeedWrapping


def remove(officer: Officer, *, hands: Sequence[Signer], at: datetime) -> None:
    """Remove all of an officer's passkeys and end the officer's sessions.

    The passkeys are those for signing in and for unlocking. A code app stays. Without one, the officer signs
    in with the password and must add a new passkey or code app. The passphrase and the recovery sheet still
    unlock the officer's keys, and nothing else does. Raises Refused unless two stewards sign.
    """
    by = UUID(hands[0].person) if hands else None
    with refusals_logged(Act.PASSKEYS_REMOVED, by=by, thing="officer", thing_id=officer.id):
        permit_stewards(hands)
        ways, _ = SeedWrapping.objects.filter(officer=officer, way="passkey").delete()
        steps = second_factors.forget_passkeys(officer)
        session.end_sessions(officer.id)
        journal.record(
            Act.PASSKEYS_REMOVED,
            actor=by,
            thing="officer",
            thing_id=officer.id,
            detail={"second_steps": steps, "ways": ways},
        )
