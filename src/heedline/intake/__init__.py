"""The intake form, from the first question to the record that is sealed.

`questions` holds question sets as data. `engine` is the only server-side evaluator, which decides which
pages apply and in which order. `fields` reads what a browser posted. `loops` keeps the repeated groups.
`summary` builds the check page. `record` builds what is sealed. `api_payload` reads the public API's
JSON into the same record. Drafts (`models`, `door`) keep answers sealed under a key that only the
browser's cookie holds.
"""
