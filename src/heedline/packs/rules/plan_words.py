"""Check for accounts that name a time and a weapon or a place, using the pack's word lists.

It only decides whether a reporter who said that nothing is planned is asked once more. The same file says what officers do
first about a report that says something is planned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.rules.behaviour import WordList, read_words, words_of
from heedline.packs.tables import read_toml

#: A time on a clock: 5pm, 5.30 pm, 17:30.
_CLOCK = re.compile(r"(?<!\d)(?:\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b|\d{1,2}:\d\d(?!\d))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The words that say when, and with what or where, by language.

    English is read beside the language of the page, because people write in the language that they choose.
    """

    when: Mapping[str, WordList]
    what: Mapping[str, WordList]
    steps: tuple[str, ...] = ()
    """What officers do first when something is planned, in order, with `{emergency}` for the emergency number."""

    def names_a_plan(self, account: str, *, language: str) -> bool:
        """Return whether a text names a day or an hour, and a weapon or a place."""
        words = words_of(account)
        spoken = {language, "en"} & self.when.keys()
        timed = _CLOCK.search(account) or any(self.when[one].in_these(words) for one in spoken)
        return bool(timed) and any(self.what[one].in_these(words) for one in spoken)


def read_plan_words(folder: Traversable) -> PlanWords:
    """Return the lists read from `plan_words.toml`."""
    table = read_toml(folder, "plan_words.toml")
    languages = table.named("words")
    found = PlanWords(
        when={language: read_words(one, "when") for language, one in languages.items()},
        what={language: read_words(one, "what") for language, one in languages.items()},
        steps=table.texts("steps"),
    )
    for one in languages.values():
        one.done()
    table.done()
    return found
