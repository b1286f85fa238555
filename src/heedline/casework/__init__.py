"""The actions of officers, reporters and partners, with one subpackage for each area.

A report's life cycle is in `journey/`, view data for officers' pages is in `pages/`, and signing in and
unlocking are in `access/`. `docs/layout.md` describes every room. A verb has six beats, in this order: find
(within what the person may see, locked), permit, move, change, record, dispatch. HTTP, HTML and SQL never
live here.
"""
