"""The audit log outside the database, as a tree, checkpoints, exports, proofs and witnesses.

Start reading at `log/keeping.py`.
"""
