"""Records of sites that may be the one a request is about: those at its postcode, and those with its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.records import open_records, record_index
from heedline.specialist_desks.protection import sites
from heedline.specialist_desks.protection.content import SiteFacts

#: Sites that are shown at most. Those with the same name come first.
MOST: Final = 20
_NAME: Final = "protection-site-name:{}"
_POSTCODE: Final = "protection-site-postcode:{}"


@dataclass(frozen=True, slots=True)
class EarlierSite:
    """A site that a request may be about."""

    ref: UUID
    texts: Mapping[str, str] = field(repr=False)


def keys_of(words: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys under which a site is found that says this: its name and its postcode, however they are written."""
    texts = words["texts"]
    plain = unicodedata.normalize("NFKC", re.sub("['’]", "", texts["name"])).casefold()
    name = " ".join(re.findall(r"\w+", plain)).removeprefix("the ")
    postcode = re.sub(r"\W", "", texts["postcode"]).upper()
    return tuple(form.format(one) for form, one in ((_NAME, name), (_POSTCODE, postcode)) if one)


def like(facts: SiteFacts, *, by: Attendance) -> tuple[EarlierSite, ...]:
    """Return the sites of the officer's desks with the name or at the postcode of `facts`. Raises Locked."""
    keys, ring = keys_of(facts.to_words()), by.keys()
    refs = [ref for desk in sites.desks_of(by) for ref in record_index.found(desk.id, keys, ring)][:MOST]
    words = open_records.words_of(refs, by=by) if refs else {}
    return tuple(EarlierSite(ref, SiteFacts.of_words(words[ref]).texts) for ref in refs if ref in words)
