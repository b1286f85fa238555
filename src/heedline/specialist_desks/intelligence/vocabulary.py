"""The codes that the intelligence desk adds to the closed vocabularies of the core."""

from __future__ import annotations

from typing import Final

from heedline.audit.acts import AnyAct
from heedline.permits.capabilities import AnyCapability

#: The sort of sealed part that a product lies in.
PRODUCT: Final = "intelligence-product"


class IntelligenceAct(AnyAct):
    MOVED = "intelligence-product-moved"


class IntelligenceCapability(AnyCapability):
    WRITE = "intelligence-write"
    APPROVE = "intelligence-approve"
