"""Specialist desks, each in a package of its own that contains all of its features.

A desk imports the core and never another desk; the core never imports a desk. How one hooks in: `heedline.desk_hooks`.
"""
