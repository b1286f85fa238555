"""Somebody who is worried about another person, and asks to be called."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from heedline.casework.journey import submission
from heedline.casework.report.sealing import NewReport
from heedline.intake.api_payload import from_api
from heedline.intake.question_files import load_question_set
from heedline.intake.record import Record
from heedline.packs import load_pack
from heedline.vault.codes import new_code
from tests.support import stories
from tests.support.acting import acting

NUMBER = "07700 900145"


def asks_for_a_call(at: datetime, **call: Any) -> UUID:
    """Their report, which waits at the desk that takes it; `call`: what else they said of the call."""
    asked = load_question_set(load_pack(settings.PACK), "person")
    told = {
        "kind": "person",
        "narrative": "My nephew has changed.",
        "them": {"postcode": stories.NORTH_EAST},
        "reply": {"way": "call"},
        "callback": {"name": "Jo", "phone": NUMBER, "words": "Say it is about the parcel.", **call},
    }
    record = from_api({"person": asked}, told, identity_offered=True)
    assert isinstance(record, Record), record
    new = NewReport(uuid4(), new_code(), "api", record, asked, "en")
    with acting("public"):
        submission.submit(new, at=at)
    return new.report_id
