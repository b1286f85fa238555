"""Attacks on an instance of our own, on this machine, for a bounded time. `scripts/attack.py` runs them."""
