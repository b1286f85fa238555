"""Models for reports, with one module for each subject."""

from heedline.reports.models.call_backs import CallBack
from heedline.reports.models.danger import DangerEntry, DangerEpisode
from heedline.reports.models.desk_parts import DeskFile, DeskPartHeader, DeskPartPayload
from heedline.reports.models.dip_checks import DipCheck
from heedline.reports.models.disseminations import Dissemination, EarlierAnswer
from heedline.reports.models.files import Derivative, FileState, ReportFile
from heedline.reports.models.hand_overs import HandOver
from heedline.reports.models.identity_requests import IdentityRequest, ReleasedShare
from heedline.reports.models.incidents import Incident
from heedline.reports.models.keeping import Disposal, Hold, Keeping, Review, SubjectRequest
from heedline.reports.models.linking import DeskNotice, DeskQuestion, Interest, InterestHit, SealedValues
from heedline.reports.models.note_revisions import NoteRevision
from heedline.reports.models.owner_notices import OwnerNotice
from heedline.reports.models.presence import Presence
from heedline.reports.models.records import DeskRecord, RecordMove, RecordStep
from heedline.reports.models.report import (
    IdentityShare,
    Message,
    Receipt,
    Report,
    SealedHeader,
    SealedPayload,
    Step,
    apply_to_all,
)
from heedline.reports.models.search import Search, SearchIndex, SearchPage, SearchWaiting
from heedline.reports.models.sweeps import Sweep, Swept
from heedline.reports.models.tasks import Task
from heedline.reports.models.threat_levels import ThreatLevel
from heedline.reports.models.translations import Translation, TranslationText

__all__ = [
    "CallBack",
    "DangerEntry",
    "DangerEpisode",
    "Derivative",
    "DeskFile",
    "DeskNotice",
    "DeskPartHeader",
    "DeskPartPayload",
    "DeskQuestion",
    "DeskRecord",
    "DipCheck",
    "Disposal",
    "Dissemination",
    "EarlierAnswer",
    "FileState",
    "HandOver",
    "Hold",
    "IdentityRequest",
    "IdentityShare",
    "Incident",
    "Interest",
    "InterestHit",
    "Keeping",
    "Message",
    "NoteRevision",
    "OwnerNotice",
    "Presence",
    "Receipt",
    "RecordMove",
    "RecordStep",
    "ReleasedShare",
    "Report",
    "ReportFile",
    "Review",
    "SealedHeader",
    "SealedPayload",
    "SealedValues",
    "Search",
    "SearchIndex",
    "SearchPage",
    "SearchWaiting",
    "Step",
    "SubjectRequest",
    "Sweep",
    "Swept",
    "Task",
    "ThreatLevel",
    "Translation",
    "TranslationText",
    "apply_to_all",
]
