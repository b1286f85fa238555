"""Signed public keys: directory, epochs, verification, certificates. Start with `directory.py`."""
