"""How a specialist desk hooks into the core, in one place.

A specialist desk is a Django app of its own. Its `apps.py` extends `apps.SpecialistDeskConfig`; its `registration.py`
holds one `hooks.SpecialistDesk` that names everything the desk adds. The setting HEEDLINE_SPECIALIST_DESKS lists the
apps. The core asks `register` and never imports a desk. Start reading at `hooks.py`.
"""
