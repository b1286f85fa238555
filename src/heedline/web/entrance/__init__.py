"""Signing in, enrolment, unlocking and key access, shared by every site with signed-in users.

A site mounts `door.urls` on its own origin, under its own process, database role, cookies and secrets.
Nothing that one site signs or seals here is valid at another.
"""
