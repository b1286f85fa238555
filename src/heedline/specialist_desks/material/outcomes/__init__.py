"""What became of items: what reporters are told, the figures between two days, and the disposal of an item.

Start with `telling.py` for reporters and `figures.py` for figures. `disposing.py` destroys an item with its
examinations, evidence and notices, by two people and once no report names it; `former.py` keeps what figures count of it.
"""
