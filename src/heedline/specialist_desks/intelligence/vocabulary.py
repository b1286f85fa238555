"""The codes that the intelligence desk adds to the closed vocabularies of the core."""

from __future__ import annotations

from typing import Final

from heedline.audit.acts import AnyAct
from heedline.permits.capabilities import AnyCapability

#: The sorts of sealed part that a product lies in, and a product as it was sent and as it was received.
PRODUCT: Final = "intelligence-product"
SENT: Final = "intelligence-sent"
RECEIVED: Final = "intelligence-received"


class IntelligenceAct(AnyAct):
    MOVED = "intelligence-product-moved"


class IntelligenceCapability(AnyCapability):
    WRITE = "intelligence-write"
    APPROVE = "intelligence-approve"
