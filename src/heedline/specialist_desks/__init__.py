"""Specialist desks, one folder each: what only one desk does, whole.

A desk imports the core and never another desk; the core never imports a desk. How one hooks in: `heedline.desk_hooks`.
"""
