"""Stored reports, and the permitted transitions between their stages.

The little that is stored unsealed is coarse. Everything else is sealed. The tables are here, with
`lifecycle.py` (one table of legal moves, plain Python) and `door.py` (the only way for the public
process to reach a table). Permissions and opened text do not belong here. Start reading at
`lifecycle.py`.
"""
