"""Files attached to reports and messages, from upload to the list shown to officers.

Start reading at `taking.py`, which seals a file while it arrives. `manifests.py` describes the files of a report, and
`reading.py` lists the files of a report from the manifests inside it.
"""
