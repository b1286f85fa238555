"""The online material desk: items named in reports, their examination, their evidence, and notices to companies.

An item is a thing at an address. It belongs to the desk, and which reports name it lies only in the desk's sealed
index. Start reading at `registration.py`, which lists what the desk adds to the core; the states of an item are in
`rules.py`. Rooms, from the bottom: `locators`, `hashes` and `liveness` are rules alone; `items`, `examination`,
`evidence` and `queue` are about one item; `notice_rules`, `delivery` and `notices` ask a company to remove it, and
`outcomes` says what became of it.
"""
