"""The token of the page on which a company answers a notice."""

from __future__ import annotations

import hashlib
import secrets

#: Bytes of a token. It stands in an address, so it is as long as a key.
_TOKEN = 32


def new_answer_token() -> str:
    """Return a token for the company's page. Only the token's hash is stored."""
    return secrets.token_urlsafe(_TOKEN)


def answer_token_hash(token: str) -> bytes:
    """Return the hash under which a company page's token is stored and looked up."""
    return hashlib.sha256(b"heedline notice answer:" + token.encode("utf-8", "surrogatepass")).digest()
