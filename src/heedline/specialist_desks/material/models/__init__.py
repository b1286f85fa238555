"""Tables of the online material desk."""

from heedline.specialist_desks.material.models.evidence import EvidenceEntry, HashBankPage, LivenessWatch
from heedline.specialist_desks.material.models.items import Examination, MaterialItem
from heedline.specialist_desks.material.models.welfare import ExaminerAccount

__all__ = [
    "EvidenceEntry",
    "Examination",
    "ExaminerAccount",
    "HashBankPage",
    "LivenessWatch",
    "MaterialItem",
]
