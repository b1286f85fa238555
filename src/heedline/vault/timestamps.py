"""RFC 3161 timestamps: create queries and verify an authority's replies."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.x509 import load_pem_x509_certificates
from rfc3161_client import (
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.base import HashAlgorithm


class UnfitStamp(Exception):
    """Raised when a reply does not stamp the message or comes from an untrusted authority."""


def query_of(message: bytes) -> bytes:
    """Return a timestamp query that contains only the message's SHA-256 and a nonce."""
    built = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    return built.as_bytes()


def verified(reply: bytes, message: bytes, roots: bytes) -> datetime:
    """Return the time at which a trusted authority stamped this message. Raise UnfitStamp.

    `roots` are certificates in PEM. The signer's certificate must have been valid when it stamped.
    """
    try:
        certificates = load_pem_x509_certificates(roots)
        response = decode_timestamp_response(reply)
        builder = VerifierBuilder()
        for one in certificates:
            builder = builder.add_root_certificate(one)
        builder.build().verify_message(response, message)
        found: datetime = response.tst_info.gen_time
    except (ValueError, TypeError, VerificationError):
        raise UnfitStamp from None
    return found.astimezone(UTC)
