"""Signed public keys, with their directory, epochs, verification and certificates.

Start reading at `directory.py`.
"""
