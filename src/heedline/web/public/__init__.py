"""The public site, where reporters send reports, see their receipt code and read messages.

`/` is the start page, `/r/…` the questions, `/code/` the receipt code and `/messages/` the later messages.

The site needs cookies and nothing else: no scripts, images or fonts. Every view reads the request, makes its
casework call and renders. `asking` and `turns` hold the state of one request. `recovery` has a page for each
thing that can go wrong, and none of them loses what somebody typed.
"""
