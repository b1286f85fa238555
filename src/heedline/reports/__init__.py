"""Reports at rest: what is in the clear (little, and coarse), what is sealed, and which moves are legal.

What lives here: tables, `lifecycle.py` (one table of legal moves, plain Python) and `door.py` (the only way the public
process reaches a table). What never does: a permission, an opened word. Start reading at `lifecycle.py`.
"""
