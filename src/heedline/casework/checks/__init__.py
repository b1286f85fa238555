"""The register of checks of a report: what was looked up in which system, with what result.

Start with `register.py`, which says what is checked. `recording.py` records results.
"""
