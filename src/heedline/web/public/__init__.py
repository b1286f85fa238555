"""The site for whoever tells us something: `/` start, `/r/…` the questions, `/code/` the code, `/messages/` afterwards.

Works with cookies and nothing else: no scripts, no pictures, no fonts. Every view reads what came, makes its casework
call and renders. `asking` and `turns` hold what one request is about; `recovery` has a page for each thing that can go
wrong, and none of them loses what somebody typed.
"""
