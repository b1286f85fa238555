"""The audit log outside the database: tree, checkpoints, export, proofs, witnesses. Start with `retention/keeping.py`."""
