"""Models for desks and officers, with one module for each topic."""

from heedline.desks.models.daily_counts import DailyCount
from heedline.desks.models.desk import (
    CANARY,
    PARTNER,
    TAKE_NO_REPORTS,
    Appointment,
    Desk,
    Officer,
    OfficerManager,
    OnCall,
    Organisation,
    PatternSlot,
    Shift,
    StandingInstallation,
)
from heedline.desks.models.keyring import (
    Acquaintances,
    EpochGrant,
    EpochKeyRow,
    KeyStatement,
    OwnTerm,
    SeedWrapping,
)
from heedline.desks.models.languages import LanguageSkill
from heedline.desks.models.personal import SavedQueueView
from heedline.desks.models.practice import Exercise
from heedline.desks.models.set_up import Invitation, Proposal
from heedline.desks.models.shift_notes import ShiftNote
from heedline.desks.models.single_sign_on import ProviderBinding
from heedline.desks.models.training import CompletedTraining
from heedline.desks.models.welfare import ViewingMinutes

__all__ = [
    "CANARY",
    "PARTNER",
    "TAKE_NO_REPORTS",
    "Acquaintances",
    "Appointment",
    "CompletedTraining",
    "DailyCount",
    "Desk",
    "EpochGrant",
    "EpochKeyRow",
    "Exercise",
    "Invitation",
    "KeyStatement",
    "LanguageSkill",
    "Officer",
    "OfficerManager",
    "OnCall",
    "Organisation",
    "OwnTerm",
    "PatternSlot",
    "Proposal",
    "ProviderBinding",
    "SavedQueueView",
    "SeedWrapping",
    "Shift",
    "ShiftNote",
    "StandingInstallation",
    "ViewingMinutes",
]
