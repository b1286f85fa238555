"""The online material desk: items named in reports, their examination and its second review.

An item is a thing at an address. It belongs to the desk, and which reports name it lies only in the desk's sealed
index. Start reading at `registration.py`; the states of an item are in `rules.py`, and how items are found in
`finding.py`.
"""
