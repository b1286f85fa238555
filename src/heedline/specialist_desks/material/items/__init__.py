"""Items of online material: found in reports or added by an examiner, with their sealed content and sightings.

Start with `finding.py`, which runs while an unlocked session indexes reports; `contents.py` says what is sealed of an
item, and `found_item.py` has the steps that every verb on an item shares. When regular checks of an item are due is in
`check_times.py`.
"""
