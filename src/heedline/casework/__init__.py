"""The actions of officers, reporters and partners as functions, in one package for each subject.

A report's path is `journey/`; what officers see is `pages/`; signing in and unlocking is `access/`. `docs/layout.md`
describes every room. A verb has six beats, in this order: find (within what the person may see, locked), permit, move,
change, record, dispatch. HTTP, HTML and SQL never live here.
"""
