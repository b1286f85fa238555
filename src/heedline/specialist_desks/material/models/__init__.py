"""Database models for the online material desk."""

from heedline.specialist_desks.material.models.disposal import MaterialDisposal
from heedline.specialist_desks.material.models.evidence import EvidenceEntry, HashBankPage, LivenessWatch
from heedline.specialist_desks.material.models.items import Examination, MaterialItem
from heedline.specialist_desks.material.models.notices import (
    ChannelTestRecord,
    CompanyNotice,
    MaterialSighting,
    NoticeAnswer,
    NoticeAttempt,
)
from heedline.specialist_desks.material.models.welfare import ExaminerAccount, ExaminerDay

__all__ = [
    "ChannelTestRecord",
    "CompanyNotice",
    "EvidenceEntry",
    "Examination",
    "ExaminerAccount",
    "ExaminerDay",
    "HashBankPage",
    "LivenessWatch",
    "MaterialDisposal",
    "MaterialItem",
    "MaterialSighting",
    "NoticeAnswer",
    "NoticeAttempt",
]
