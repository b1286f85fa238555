"""The files site, which shows a file to a single browser on an origin without sessions, cookies or keys.

Start reading at `viewer_pages.py`. What may be shown is decided by the office (`casework.attachments.viewing`), which
makes a token for one file. The token works once, and everything here works only for that file.
"""
