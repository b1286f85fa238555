"""The worker's alarms about proposals that are waiting for a second steward."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from heedline.casework.duty import paging
from heedline.desks import duty_hours
from heedline.desks.models import Proposal
from heedline.dispatch.letters import AlarmKind
from heedline.packs import load_pack


def watch(at: datetime) -> None:
    """Raise an alarm for each proposal that has waited longer than the pack allows.

    Safe to repeat.

    It is attached to the desk that receives alarms about the installation, and only stewards answer it.
    """
    desk = duty_hours.desk_for_everything()
    late = at - load_pack(settings.PACK).clocks["proposal"]
    waiting = Proposal.objects.filter(closed_on=None, proposed_at__lte=late).values_list("id", flat=True)
    if desk is not None:
        paging.raise_missing(AlarmKind.PROPOSAL_WAITING, at, [(desk, one) for one in waiting])
