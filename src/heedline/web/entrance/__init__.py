"""Coming in: signing in, enrolling, unlocking, and who can open what. The same door for every site of people with keys.

A site mounts it on its own origin (`door.urls`), under its own process, database role, cookies and secrets; nothing that one
site signs or seals here is worth anything at another.
"""
