"""Storage, sealing, type detection and scanning of files added by reporters and officers.

Start reading at `sealed_stream.py`, which seals a file while it arrives, and `storage.py`, which keeps the
sealed bytes. What a file is, is decided from its content in `kinds.py`. `scanning.py` asks a virus scanner,
and `room.py` decides whether the disk has space for another file.

Nothing here knows reports, desks or drafts. There are no tables, no HTTP and no log, and plaintext is never
written anywhere.
"""
