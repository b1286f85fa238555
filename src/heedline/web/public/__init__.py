"""The public site, where reporters send reports, see their receipt code and read messages.

`/` is the first page (`guidance`), `/r/…` the questions and `/code/` the receipt code (`report`), `/messages/` the
messages (`mailbox`). `shell` is what all pages share; `urls` lists the pages.

The site needs cookies and nothing else: no scripts, images or fonts. Every view reads the request, makes its
casework call and renders.
"""
