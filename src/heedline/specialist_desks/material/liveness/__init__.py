"""Determine from a stored response, by dated rules, whether material is still online.

Start with `verdicts.py`. Nothing here opens an address.
"""

from heedline.specialist_desks.material.liveness.checks import (
    LivenessCheck,
    RuleFiring,
    next_check,
    rules_to_suspend,
    settled_verdict,
)
from heedline.specialist_desks.material.liveness.rules import LivenessRules, read_liveness_rules
from heedline.specialist_desks.material.liveness.verdicts import (
    KnownPage,
    LivenessReading,
    LivenessVerdict,
    StoredResponse,
    read_response,
)

__all__ = [
    "KnownPage",
    "LivenessCheck",
    "LivenessReading",
    "LivenessRules",
    "LivenessVerdict",
    "RuleFiring",
    "StoredResponse",
    "next_check",
    "read_liveness_rules",
    "read_response",
    "rules_to_suspend",
    "settled_verdict",
]
