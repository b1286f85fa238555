"""Invented sites, companies and a timestamp authority, for the demonstration and tests.

It is one server on this machine. The reserved names that lead to it (RFC 2606) exist nowhere else, and all material
is placeholders. Start reading at `sites.py`; `company.py` answers notices well, badly or never.
"""
