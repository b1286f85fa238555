"""The interface between specialist desks and the core.

A specialist desk is a Django app of its own. Its `apps.py` extends `apps.SpecialistDeskConfig`. Its
`registration.py` holds one `register.SpecialistDesk` with everything that the desk adds, each a `register.Hook` that
a room of the core defines. Its `operations.py`, if it has one, adds to the operator's tools. The setting
HEEDLINE_SPECIALIST_DESKS lists the apps. The core asks `register` and never imports a desk. Start
reading at `register.py`.
"""
