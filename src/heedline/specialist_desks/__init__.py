"""Specialist desks, one package each, with everything that only that desk does.

A desk imports the core and never another desk; the core never imports a desk. How one hooks in: `heedline.desk_hooks`.
"""
