"""A report on English pages with Polish words, and officers who speak Polish."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from heedline.casework.people import skills
from heedline.desks.models import LanguageSkill
from heedline.reports.models import Translation
from heedline.vault.codes import ReceiptCode
from tests.support.scene_people import People

POLISH = "Sąsiad przenosi w nocy ciężkie worki do garażu i kazał mi nic nikomu nie mówić. Nie wiem, co jest w środku."
ENGLISH = "A neighbour carries heavy sacks into his garage at night and told me to tell nobody."


def speaks(people: People, name: str, language: str = "pl", *, confirmed: bool = True) -> None:
    """`name` says that they speak it; Stella, a steward, confirms."""
    with people.sitting(name, unlocked=False) as here:
        skills.state(language, by=here, at=people.at)
    people.tokens.pop(name)  # whoever translates signs in anew, and unlocks
    if confirmed:
        row = LanguageSkill.objects.get(officer=people.house.officers[name], language=language)
        with people.sitting("Stella", unlocked=False) as here:
            skills.confirm(row.id, by=here, at=people.at)


def polish(people: People, **told: Any) -> tuple[UUID, ReceiptCode]:
    """It waits at the north-east desk, watched by the national one."""
    return people.send(narrative=POLISH, **told)


def the_task() -> Translation:
    """The only translation there is."""
    return Translation.objects.get()
