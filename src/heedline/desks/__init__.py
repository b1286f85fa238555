"""Organisations, desks, the officers who open what is sent to them, their rota and their keys' public halves.

What lives here: tables and their constraints. What never does: a report, a permission, a secret in the clear.
Start reading at `models.py`; the tables of keys are in `keyring.py`.
"""
