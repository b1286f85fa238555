"""Protective security: sites that advisers advise, their visits and what was recommended. Start at `registration.py`."""
