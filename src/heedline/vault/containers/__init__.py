"""Sealed containers (age v1 files) and the frame inside them.

Start at ``container``; ``envelope`` seals a named part of a report into one.
"""
