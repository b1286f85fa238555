"""Danger-to-life records, from opening to discharge.

Start at `opening` (called by `journey.transitions`), then `action_log` and `discharge`. `journey.danger_ownership` passes one on.
`watching` adds the round-the-clock desk to the report and takes it off again.
"""
