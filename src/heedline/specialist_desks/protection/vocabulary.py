"""The codes that the protective security desk adds to the closed vocabularies of the core."""

from __future__ import annotations

from typing import Final

from heedline.audit.acts import AnyAct
from heedline.permits.capabilities import AnyCapability

#: The sort of sealed part that a site lies in.
SITE: Final = "protection-site"
#: The sort of sealed part that a visit lies in.
VISIT: Final = "protection-visit"
#: The sort of sealed part of a request that says which site it is about.
SITE_OF_REQUEST: Final = "protection-site-of-request"
#: The kind of report with which an organisation asks for advice.
REQUEST: Final = "advice"


class ProtectionAct(AnyAct):
    SITE_MOVED = "protection-site-moved"
    SITE_PRINTED = "protection-site-printed"
    VISIT_MOVED = "protection-visit-moved"
    REPORT_SENT = "protection-report-sent"
    REQUEST_LINKED = "protection-request-linked"


class ProtectionCapability(AnyCapability):
    ADVISE = "protection-advise"
    LEAD = "protection-lead"
