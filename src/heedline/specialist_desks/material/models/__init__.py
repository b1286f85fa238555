"""Tables of the online material desk."""

from heedline.specialist_desks.material.models.items import Examination, MaterialItem

__all__ = ["Examination", "MaterialItem"]
