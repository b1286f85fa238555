"""Evidence of an item: pages captured and files uploaded, each chained to the one before and stamped by a third party.

Start reading at `capturing.py`. `chain.py` and `bundles.py` say when evidence counts as complete, `checks.py` runs the
checks that are due, and `known.py` finds what the desk has decided on before.
"""
