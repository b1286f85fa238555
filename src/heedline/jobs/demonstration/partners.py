"""The demonstration's partner, a two-person council team, and the disclosures sent to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

type Sitting = Callable[[str], AbstractContextManager[Attendance]]

#: An organisation of its own (code, name), its desk (code, name), and its people. They work on a site of their own.
ORGANISATION = ("northgate", "Northgate Borough Council")
DESK = ("northgate-safeguarding", "Safeguarding team")
PEOPLE = ("Petra Hallam", "Pavel Osei")

_TITLE = "A young person who may need somebody to talk to"
_TEXT = (
    "We have reason to believe that a young person in your area speaks of leaving and gives things away. Your early help "
    "team may know the family. Please think about whether somebody they trust could see them this week.\n\n"
    "Phone us when you have opened this: we give you the name by telephone."
)
_NECESSITY = "The council can offer help that we cannot, and needs no more than this to begin."


def team(
    organisation: Any,
    officers: Mapping[str, Any],
    keys: Mapping[str, Any],
    hands: Sequence[Any],
    at: datetime,
) -> Any:
    """Create the partner's desk with its members, and return it."""
    from heedline.casework.setup import stewardship
    from heedline.permits.roles import Role

    code, name = DESK
    desk = stewardship.make_desk(
        code=code,
        name=name,
        organisation=organisation,
        kind="partner",
        round_the_clock=False,
        authoriser=None,
        hands=hands,
        at=at,
    )
    for person in PEOPLE:
        stewardship.state_officer_keys(keys[person], hands=hands, at=at)
        stewardship.appoint(officers[person], Role.PARTNER, desk, hands=hands, at=at)
    return desk


def send(
    ref: UUID, desk: UUID, officers: tuple[str, str], keys: Mapping[str, Any], sitting: Sitting, at: datetime
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
            desk, "support", "panel", ("need-to-know", "not-to-subject"), _TITLE, _TEXT, _NECESSITY
        )
        version = case_file.case_file(ref, by=by, at=at).header.version
        ident = outgoing.write(ref, writing, version=version, by=by, at=at)
    with sitting(reader) as by:
        by = session.unlock_with_seed(by, keys[reader].seed, at=at)
        line = dissemination_lines.one(ident, by=by, at=at).line
        outgoing.check(ident, version=line.version, by=by, at=at)
