"""The interface between specialist desks and the core.

A specialist desk is a Django app of its own. Its `apps.py` extends `apps.SpecialistDeskConfig`. Its
`registration.py` holds one `hooks.SpecialistDesk` that names everything the desk adds. The setting
HEEDLINE_SPECIALIST_DESKS lists the apps. The core asks `register` and never imports a desk. Start
reading at `hooks.py`.
"""
