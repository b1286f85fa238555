"""Specialist desks, each in its own package, which contains all of the desk's features.

A desk imports the core and never another desk; the core never imports a desk. How one hooks in: `heedline.desk_hooks`.
"""
