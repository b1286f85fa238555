"""Rules for notices to companies: content, states, refusals, deadlines, wording and formats.

Start with `content.py`, from which every form of a notice is written; `refusals.py` has the reasons for not sending
one, and `states.py` what can happen to one, at the desk and by the company. `directory.py` reads the companies of the
pack. Nothing about a report or a reporter is part of a notice (`repeating.py`).
"""
