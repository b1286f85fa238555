"""Time stamps by RFC 3161: the query for a digest, and the verification of an authority's reply."""

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
    """Raised for a reply that does not stamp the message, or that no trusted authority made."""


def query_of(message: bytes) -> bytes:
    """Return a query for a stamp of this message. Only its SHA-256 is in it, and a number that is used once."""
    built = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    return built.as_bytes()


def verified(reply: bytes, message: bytes, roots: bytes) -> datetime:
    """Return the time at which a trusted authority stamped this message. Raises UnfitStamp.

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
