"""Fills the queues in the public process's place: its role, its settings, the real `submission.submit`.

    python -m bench.fill HOW_MANY [FIRST]

Run by `make bench` with the environment of the public process; two of these at once use both cores. With FIRST, their texts
are those of invented reports with these numbers and on (`invented.py`), whose words are as rare as words are, for what
depends on it: a search index.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from uuid import uuid4

from bench import made_up


def main(how_many: int, first: int | None = None) -> None:
    """Submit that many invented reports."""
    import django

    django.setup()
    from django.conf import settings

    from heedline.casework.journey import submission
    from heedline.casework.report.sealing import NewReport
    from heedline.intake.api_payload import from_api
    from heedline.intake.question_files import load_question_set
    from heedline.intake.record import Record
    from heedline.packs import load_pack
    from heedline.vault.codes import new_code

    if first is not None:
        from bench import invented
    chance = random.Random()  # noqa: S311 - invented words, no secrets
    questions = load_question_set(load_pack(settings.PACK), "activity")
    for number in range(how_many):
        told = made_up.told(chance)
        if first is not None:
            told["narrative"] = invented.text_of(first + number)
        record = from_api({"activity": questions}, told, identity_offered=True)
        if not isinstance(record, Record):
            raise SystemExit("An invented report does not fit the questions.")
        new = NewReport(uuid4(), new_code(), "api", record, questions, "en")
        submission.submit(new, at=datetime.now(UTC))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
