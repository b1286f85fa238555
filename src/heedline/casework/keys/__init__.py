"""Signed public keys, their directory, epochs, verification and certificates.

Start reading at `directory.py`.
"""
