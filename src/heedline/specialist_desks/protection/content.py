"""What the record of a site says, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from django.conf import settings

from heedline.intake.fields import tidy
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.protection.vocabulary import REQUEST

#: The texts of a site with the most characters of each.
LIMITS: Final[Mapping[str, int]] = {
    "name": 200,
    "postcode": 20,
    "address": 500,
    "contacts": 2_000,
    "weak_spots": 10_000,
}
#: The choices about a site, which are those of the request form.
CHOICES: Final = ("sort", "people")
NO_NAME: Final = "Enter the name of the site."
NO_POSTCODE: Final = "Enter a full postcode, such as AB12 3CD."
_ONE_LINE: Final = frozenset({"name", "postcode"})


def choices_of(name: str) -> Mapping[str, str]:
    """Return the choices of a question about the site, as codes with the words of the request form."""
    asked = load_question_set(load_pack(settings.PACK), REQUEST)
    return {
        choice.value: choice.text
        for step in asked.steps
        for one in step.fields
        if one.name == name
        for choice in one.choices
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What the record of a site says. `texts` are those of LIMITS by name, and `codes` those of CHOICES.

    `requests` are the requests for advice that are about it, and `visits` the records of its visits.
    """

    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    requests: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()

    @classmethod
    def of_words(cls, words: Mapping[str, Any]) -> Self:
        """Return the site that decrypted words hold."""
        return cls(
            texts=words["texts"],
            codes=words["codes"],
            requests=tuple(words["requests"]),
            visits=tuple(words["visits"]),
        )

    @classmethod
    def of_answers(cls, answers: Mapping[str, Any], request: str) -> Self:
        """Return what the answers of a request say of its site. Answers of an earlier form may have less."""
        asked = load_question_set(load_pack(settings.PACK), REQUEST)
        about = answers.get(asked.roles["postcode"][0], {})
        who = answers.get("contact", {})
        person = ", ".join(str(who[one]) for one in ("name", "role", "phone", "email") if who.get(one))
        texts = {name: str(about.get(name, "")) for name in ("name", "postcode", "address")}
        codes = {name: str(about.get(name, "")) for name in CHOICES}
        return cls(texts={**texts, "contacts": person}, codes=codes, requests=(request,))

    def tidied(self) -> SiteFacts:
        """Return the site with its texts cleaned up for sealing.

        Raises NotNow, with the name of the text as `about`, without a name or a full postcode, and for too long a text.
        """
        texts = {name: tidy(self.texts.get(name, ""), lines=name not in _ONE_LINE).strip() for name in LIMITS}
        pack = load_pack(settings.PACK)
        for name, text in texts.items():
            if len(text) > LIMITS[name]:
                raise NotNow(f"Shorten this to {LIMITS[name]} characters or fewer.", about=name)
        if not texts["name"]:
            raise NotNow(NO_NAME, about="name")
        postcode = re.sub(r"\s", "", texts["postcode"]).upper()
        if not re.fullmatch(pack.formats["postcode"], postcode):
            raise NotNow(NO_POSTCODE, about="postcode")
        tail = len(postcode) - int(pack.formats["postcode_tail"])
        texts["postcode"] = f"{postcode[:tail]} {postcode[tail:]}"
        codes = {name: self.codes.get(name, "") for name in CHOICES}
        if any(code not in ("", *choices_of(name)) for name, code in codes.items()):
            raise ValueError("a choice that does not exist")
        return replace(self, texts=texts, codes=codes)

    def to_words(self) -> dict[str, Any]:
        """Return the site for sealing."""
        return {
            "texts": dict(self.texts),
            "codes": dict(self.codes),
            "requests": list(self.requests),
            "visits": list(self.visits),
        }
