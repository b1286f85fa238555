"""What a supervisor sees of a desk's work: who owns what, how old it is, what waits for whom.

Start with `board.py`.
"""
