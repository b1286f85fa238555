"""Sealed identities, which can be opened only by two people together.

The container is sealed to a new key whose seed is S1 xor S2. S1 goes to the desk and S2 to an authoriser
from another team. Each share alone is just 32 random bytes. The authoriser decides from the written
request, re-seals S2 to the one officer who asked, and never sees the identity. A report without an
identity gets exactly the same three items, of the same sizes as long as the body is within
``envelope.ROOM``.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from heedline.vault.containers.container import Container
from heedline.vault.containers.envelope import open_part, seal_part_to
from heedline.vault.errors import CannotOpen
from heedline.vault.grants import grant, grant_info, open_grant
from heedline.vault.keys import SEED_SIZE, Opener, prepare

PART = "identity"

type Share = Literal[1, 2]


@dataclass(frozen=True)
class SealedIdentity:
    """The stored parts of a sealed identity.

    They are the container, share 1 for each desk key in the order given, and share 2.
    """

    container: Container
    desk_shares: tuple[bytes, ...] = field(repr=False)
    authoriser_share: bytes = field(repr=False)


def seal_identity(
    body: bytes,
    *,
    desk_recipients: Sequence[bytes],
    authoriser_recipient: bytes,
    installation: str,
    container_id: UUID,
) -> SealedIdentity:
    """Seal an identity (empty if none was given) to the desk and the authoriser together.

    Raises ``ValueError`` if there is no desk key, or if a desk key is also the authoriser's.
    """
    if not desk_recipients or authoriser_recipient in desk_recipients:
        raise ValueError("an identity needs a desk, and an authoriser of another team")
    share1 = secrets.token_bytes(SEED_SIZE)
    share2 = secrets.token_bytes(SEED_SIZE)
    to_desks = _share_info(container_id, 1)
    recipient = prepare(_joined(share1, share2)).public_key()
    return SealedIdentity(
        container=seal_part_to(
            body, [recipient], installation=installation, container_id=container_id, part=PART
        ),
        desk_shares=tuple([grant(share1, to, info=to_desks) for to in desk_recipients]),
        authoriser_share=grant(share2, authoriser_recipient, info=_share_info(container_id, 2)),
    )


def open_share(sealed: bytes, seed: Opener, *, container_id: UUID, share: Share) -> bytes:
    """Return a share of a sealed identity, opened with the key that it was sealed to."""
    return _of_size(open_grant(sealed, seed, info=_share_info(container_id, share)))


def reseal_share(sealed: bytes, seed: Opener, to_public: bytes, *, container_id: UUID, share: Share) -> bytes:
    """Open a sealed share and seal it again to another epoch or desk.

    It is opened in the process but shown to nobody.
    """
    opened = open_share(sealed, seed, container_id=container_id, share=share)
    return grant(opened, to_public, info=_share_info(container_id, share))


def release_share(share2: bytes, to_public: bytes, *, container_id: UUID, officer: str) -> bytes:
    """Seal the second share to one named officer's own key.

    This is how the authoriser releases the share. It is useless to anyone else.
    """
    return grant(_of_size(share2), to_public, info=_release_info(container_id, officer))


def open_released_share(sealed: bytes, seed: Opener, *, container_id: UUID, officer: str) -> bytes:
    """Return the second share, opened with the key of the officer to whom it was released."""
    return _of_size(open_grant(sealed, seed, info=_release_info(container_id, officer)))


def open_identity(
    container: Container, share1: bytes, share2: bytes, *, installation: str, container_id: UUID
) -> bytes:
    """Open the identity with both shares. It is empty if none was given.

    Raises ``CannotOpen`` unless both shares belong to it.
    """
    seed = _joined(_of_size(share1), _of_size(share2))
    return open_part(container, [seed], installation=installation, container_id=container_id, part=PART)


def _joined(share1: bytes, share2: bytes) -> bytes:
    if len(share1) != len(share2):
        raise ValueError("shares of one seed are of one size")
    return (int.from_bytes(share1) ^ int.from_bytes(share2)).to_bytes(len(share1))


def _of_size(share: bytes) -> bytes:
    if len(share) != SEED_SIZE:
        raise CannotOpen
    return share


def _share_info(container_id: UUID, share: Share) -> bytes:
    return grant_info("identity-share", str(container_id), str(share))


def _release_info(container_id: UUID, officer: str) -> bytes:
    return grant_info("identity-release", str(container_id), officer)
