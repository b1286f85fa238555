"""Files of reports and messages: taken into a draft, sent with it, and listed for officers.

Start reading at `taking.py`, which seals a file while it arrives. `sending.py` checks what a draft lists before it is
sent, and `reading.py` lists the files of a report from the manifests inside it.
"""
