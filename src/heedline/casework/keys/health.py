"""Checks for desk keys that are about to expire, must be replaced, or are missing for a member."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dateutil.relativedelta import relativedelta

from heedline.casework.keys import directory as key_directory
from heedline.desks.models import EpochKeyRow
from heedline.dispatch.clocks import epochs_run_out


def keys_run_out(desk: UUID, at: datetime) -> bool:
    """Return whether the desk must make more epoch keys, not counting keys that a leaver holds or of a far future."""
    known, soon = key_directory.directory(), at.date() + relativedelta(months=3, day=1)
    opens = [
        one.opens_on for one in known.epochs(str(desk)) if not known.is_stale(one) and one.opens_on < soon
    ]
    return epochs_run_out(max(opens, default=None), at.date())


def keys_to_change(desk: UUID) -> bool:
    """Return whether a leaver holds a key for the desk, or a retired key has not been destroyed."""
    known = key_directory.directory()
    if any(not one.ended and known.is_stale(one) for one in known.epochs(str(desk))):
        return True
    return EpochKeyRow.objects.filter(desk_id=desk, retired_at__isnull=False, destroyed_on=None).exists()


def without_keys(desk: UUID, at: datetime) -> bool:
    """Return whether a member with a published key has not been granted the desk's current key."""
    known = key_directory.directory()
    epoch = known.current_epoch(str(desk), at.date())
    members = {one for one in known.members(str(desk)) if known.officer(one) is not None}
    return epoch is not None and not members <= known.holders(epoch)


def desk_is_thin(desk: UUID, at: datetime) -> bool:
    """Return whether too few people can open content sealed to the desk.

    Nothing is sent to such a desk.
    """
    return key_directory.openers_of(str(desk), at.date()) < key_directory.ENOUGH_OPENERS
