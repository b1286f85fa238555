"""Files attached to reports and messages, from upload to the list shown to officers.

Start reading at `taking.py`, which seals a file while it arrives. `sending.py` checks what a draft lists before it is
sent, and `reading.py` lists the files of a report from the manifests inside it.
"""
