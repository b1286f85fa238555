"""The audit log outside the database, with its tree, checkpoints, exports, proofs and witnesses.

Start reading at `log/keeping.py`.
"""
