"""What a subject is called on pages: its first value of the kind that its own kind is known by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from heedline.casework.search.subject_entries import DESCRIPTION, SubjectBasis, SubjectKind, SubjectValue
from heedline.index.extraction.values import Kind

#: The kinds of value by which each kind of subject is called, in order of preference.
CALLED_BY: Final[Mapping[SubjectKind, tuple[str, ...]]] = {
    SubjectKind.PERSON: (Kind.NAME, DESCRIPTION, Kind.HANDLE, Kind.PHONE, Kind.EMAIL),
    SubjectKind.VEHICLE: (Kind.REGISTRATION, DESCRIPTION),
    SubjectKind.PLACE: (Kind.ADDRESS, Kind.POSTCODE, DESCRIPTION),
    SubjectKind.ACCOUNT: (Kind.HANDLE, Kind.WEB, Kind.EMAIL, Kind.PHONE, DESCRIPTION),
}


def name_of(kind: SubjectKind, values: Iterable[SubjectValue]) -> str:
    """Return what a subject is called, or "" if none of its values serves. Of one kind of value, facts go before assessments."""
    held = list(values)
    for wanted in CALLED_BY[kind]:
        for basis in (SubjectBasis.FACT, SubjectBasis.ASSESSMENT):
            found = next((one for one in held if one.kind == wanted and one.basis is basis), None)
            if found is not None:
                return found.written
    return ""
