"""What leaves the house, and when: letters of the outbox, alarms, and the pages that call people to a screen.

What lives here: two tables, the rules of clocks and of the paging chain (plain Python, no Django), and the postmen.
What never does: a decision who may do what, an opened word, a page that says what it is about. Start at `letters.py`.
"""
