"""Evidence about items: captured pages and uploads in a hash chain with third-party timestamps.

Start reading at `capturing.py`. `chain.py` and `bundles.py` say when evidence counts as complete, `checks.py` runs the
checks that are due, and `known.py` finds what the desk has decided on before.
"""
