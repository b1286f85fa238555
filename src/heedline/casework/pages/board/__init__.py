"""The supervisor's board, which shows a desk's work by owner, age and pending decision.

Start with `board.py`.
"""
