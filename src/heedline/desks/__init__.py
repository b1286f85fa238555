"""Organisations, desks and officers, with duty rotas and public keys.

This package holds tables and their constraints. It never holds a report, a permission or a secret in the
clear. Start reading at `models/`.
"""
