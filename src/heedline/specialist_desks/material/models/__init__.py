"""Tables of the online material desk."""

from heedline.specialist_desks.material.models.items import Examination, MaterialItem
from heedline.specialist_desks.material.models.welfare import ExaminerAccount

__all__ = ["Examination", "ExaminerAccount", "MaterialItem"]
