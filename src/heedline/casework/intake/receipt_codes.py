"""Parsing and derivation of receipt codes, for the public site and the API.

Codes are read as people type them, or derived from an idempotency key of the API.
"""

from heedline.vault.codes import NotACode, ReceiptCode, code_from_key, parse, report_id_from_key

__all__ = ["NotACode", "ReceiptCode", "code_from_key", "parse", "report_id_from_key"]
