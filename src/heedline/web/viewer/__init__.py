"""The files site: shows one file to one browser, on an origin that has no session, no cookie and no key.

Start reading at `viewer_pages.py`. What may be shown is decided by the office (`casework.attachments.viewing`), which
makes a token for one file. The token works once, and everything here works only for that file.
"""
