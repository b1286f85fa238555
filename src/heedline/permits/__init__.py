"""Who may do what to which.

`capabilities.py` names what can be done, `roles.py` says which role may, `rules.py` what else must hold, `scopes.py` what
a person can find at all, `gate.py` asks the question. `heedline.database` says the same again in SQL, so that a query that forgot
its scope still sees nothing. What never lives here: a state change, HTTP.
"""
