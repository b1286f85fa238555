"""The demonstration's partner, and the disclosure sent to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from heedline.jobs.demonstration.scenario import PartnerScene

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

type Sitting = Callable[[str], AbstractContextManager[Attendance]]


def team(
    scene: PartnerScene,
    organisation: Any,
    officers: Mapping[str, Any],
    keys: Mapping[str, Any],
    hands: Sequence[Any],
    at: datetime,
) -> Any:
    """Create the partner's desk with its members, and return it."""
    from heedline.casework.setup import stewardship
    from heedline.permits.roles import Role

    desk = stewardship.make_desk(
        code=scene.desk,
        name=scene.desk_name,
        organisation=organisation,
        kind="partner",
        round_the_clock=False,
        authoriser=None,
        hands=hands,
        at=at,
    )
    for person in scene.people:
        stewardship.state_officer_keys(keys[person], hands=hands, at=at)
        stewardship.appoint(officers[person], Role.PARTNER, desk, hands=hands, at=at)
    for person, role in zip(scene.people, (Role.CHAIR, Role.DEPUTY), strict=False):
        stewardship.appoint(officers[person], role, desk, hands=hands, at=at)
    return desk


def send(
    scene: PartnerScene,
    ref: UUID,
    desk: UUID,
    officers: tuple[str, str],
    keys: Mapping[str, Any],
    sitting: Sitting,
    at: datetime,
) -> None:
    """Send a disclosure to the partner about a report that an officer has assessed.

    One officer writes it and a colleague approves it.
    """
    from heedline.casework.access import session
    from heedline.casework.dissemination import lines as dissemination_lines
    from heedline.casework.dissemination import outgoing, partners
    from heedline.casework.keys import key_verification
    from heedline.casework.pages import case_file

    writer, reader = officers
    with sitting(writer) as by:
        by = session.unlock_with_seed(by, keys[writer].seed, at=at)
        key = partners.key_of(desk, at)
        words = key_verification.words_of(key.maker) if key is not None else None
        by = partners.compare(desk, words or "", keys[writer].passphrase, by=by, at=at)
        writing = outgoing.DisseminationDraft(
            desk,
            "support",
            "panel",
            ("need-to-know", "not-to-subject"),
            scene.title,
            scene.text,
            scene.necessity,
        )
        version = case_file.case_file(ref, by=by, at=at).header.version
        ident = outgoing.write(ref, writing, version=version, by=by, at=at)
    with sitting(reader) as by:
        by = session.unlock_with_seed(by, keys[reader].seed, at=at)
        line = dissemination_lines.one(ident, by=by, at=at).line
        outgoing.check(ident, version=line.version, by=by, at=at)
