"""A small specialist desk that uses every hook: an officer asks for a further check of a report, a supervisor makes it.

It proves `heedline.desk_hooks`, and is the pattern for a real desk. Start reading at `registration.py`.
"""
