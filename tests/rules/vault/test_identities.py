"""Grants open for one purpose only; an identity opens with both shares and never with one."""

from uuid import UUID, uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.cases import cases

from heedline.vault import CannotOpen, identity, keys
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container, open_container
from heedline.vault.grants import grant, grant_info, open_grant

DESK, NIGHT, AUTHORISER, OFFICER = (bytes([n]) * 32 for n in (1, 2, 3, 4))
PUBLIC = {seed: keys.public_key(seed) for seed in (DESK, NIGHT, AUTHORISER, OFFICER)}
INSTALLATION = "north"
NAME = b"Rosa Example, 07700 900123"


def _sealed(body: bytes, container_id: UUID) -> identity.SealedIdentity:
    return identity.seal_identity(
        body,
        desk_recipients=[PUBLIC[DESK], PUBLIC[NIGHT]],
        authoriser_recipient=PUBLIC[AUTHORISER],
        installation=INSTALLATION,
        container_id=container_id,
    )


ID = uuid4()
ROSA = _sealed(NAME, ID)
NOBODY = _sealed(b"", uuid4())


def test_both_shares_open_it() -> None:
    two = identity.open_share(ROSA.authoriser_share, AUTHORISER, container_id=ID, share=2)
    for sealed, seed in zip(ROSA.desk_shares, (DESK, NIGHT), strict=True):
        one = identity.open_share(sealed, seed, container_id=ID, share=1)
        opened = identity.open_identity(ROSA.container, one, two, installation=INSTALLATION, container_id=ID)
        assert opened == NAME


def test_neither_side_opens_it_alone() -> None:
    one = identity.open_share(ROSA.desk_shares[0], DESK, container_id=ID, share=1)
    two = identity.open_share(ROSA.authoriser_share, AUTHORISER, container_id=ID, share=2)
    for seeds in ([DESK, NIGHT, one], [AUTHORISER, two], [one, two]):
        with pytest.raises(CannotOpen):
            open_container(ROSA.container, seeds)
    for a, b in ((one, one), (two, two), (one, bytes(32)), (bytes(32), two), (one, two[:-1])):
        with pytest.raises(CannotOpen):
            identity.open_identity(ROSA.container, a, b, installation=INSTALLATION, container_id=ID)


def test_shares_are_bound_to_their_report_number_and_key() -> None:
    wrong = [
        (ROSA.desk_shares[0], DESK, uuid4(), 1),
        (ROSA.desk_shares[0], DESK, ID, 2),
        (ROSA.desk_shares[0], NIGHT, ID, 1),
        (ROSA.authoriser_share, AUTHORISER, ID, 1),
        (ROSA.authoriser_share, DESK, ID, 2),
    ]
    for sealed, seed, container_id, share in wrong:
        with pytest.raises(CannotOpen):
            identity.open_share(sealed, seed, container_id=container_id, share=share)


def test_an_identity_moved_to_another_report_does_not_open() -> None:
    one = identity.open_share(ROSA.desk_shares[0], DESK, container_id=ID, share=1)
    two = identity.open_share(ROSA.authoriser_share, AUTHORISER, container_id=ID, share=2)
    with pytest.raises(CannotOpen):
        identity.open_identity(ROSA.container, one, two, installation=INSTALLATION, container_id=uuid4())


def test_release_reaches_the_named_officer_only() -> None:
    two = identity.open_share(ROSA.authoriser_share, AUTHORISER, container_id=ID, share=2)
    released = identity.release_share(two, PUBLIC[OFFICER], container_id=ID, officer="odile")
    assert identity.open_released_share(released, OFFICER, container_id=ID, officer="odile") == two
    for seed, officer, container_id in (
        (DESK, "odile", ID),
        (OFFICER, "otto", ID),
        (OFFICER, "odile", uuid4()),
    ):
        with pytest.raises(CannotOpen):
            identity.open_released_share(released, seed, container_id=container_id, officer=officer)
    with pytest.raises(CannotOpen):
        identity.open_share(released, OFFICER, container_id=ID, share=2)


def test_a_resealed_share_is_the_same_share() -> None:
    moved = identity.reseal_share(ROSA.desk_shares[0], DESK, PUBLIC[OFFICER], container_id=ID, share=1)
    assert identity.open_share(moved, OFFICER, container_id=ID, share=1) == identity.open_share(
        ROSA.desk_shares[1], NIGHT, container_id=ID, share=1
    )


@pytest.mark.parametrize("size", [0, 1, 500, envelope.ROOM])
def test_empty_and_full_identities_look_alike(size: int) -> None:
    def sizes(sealed: identity.SealedIdentity) -> list[int]:
        parts = [sealed.container.header, sealed.container.payload]
        return [len(part) for part in (*parts, *sealed.desk_shares, sealed.authoriser_share)]

    assert sizes(_sealed(b"x" * size, uuid4())) == sizes(NOBODY)


def test_one_key_cannot_hold_both_shares() -> None:
    with pytest.raises(ValueError, match="another team"):
        identity.seal_identity(
            b"",
            desk_recipients=[PUBLIC[DESK]],
            authoriser_recipient=PUBLIC[DESK],
            installation=INSTALLATION,
            container_id=ID,
        )


def test_nothing_shows_its_content() -> None:
    assert repr(ROSA) == "SealedIdentity(container=Container())"


names = st.lists(st.text(max_size=5), min_size=1, max_size=4)


@given(names, names)
@settings(max_examples=cases(60), deadline=None)
@example(["a", "bc"], ["ab", "c"])
@example(["a"], ["a", ""])
def test_no_two_purposes_read_alike(some: list[str], others: list[str]) -> None:
    assert (grant_info(*some) == grant_info(*others)) == (some == others)


def test_a_grant_opens_for_its_key_and_purpose_only() -> None:
    info = grant_info("epoch", "north", "2031-05", "odile")
    sealed = grant(DESK, PUBLIC[OFFICER], info=info)
    assert open_grant(sealed, OFFICER, info=info) == DESK
    assert open_grant(sealed, keys.prepare(OFFICER), info=info) == DESK
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    tries = [
        (sealed, DESK, info),
        (sealed, OFFICER, grant_info("epoch", "north", "2031-05", "otto")),
        (changed, OFFICER, info),
        (sealed[:1_087] + bytes(33) + sealed[1_120:], OFFICER, info),
        (sealed[:100], OFFICER, info),
        (b"", OFFICER, info),
    ]
    for one, seed, what in tries:
        with pytest.raises(CannotOpen):
            open_grant(one, seed, info=what)
    for secret, what in ((b"", info), (b"x" * 4_097, info), (DESK, b"")):
        with pytest.raises(ValueError, match="purpose"):
            grant(secret, PUBLIC[OFFICER], info=what)


def test_a_grant_is_no_stanza() -> None:
    """Even with age's own label for ``info``, a grant of 16 bytes cannot be passed off as a file's header."""
    from heedline.vault.containers import header

    sealed = grant(bytes(16), PUBLIC[OFFICER], info=b"age-encryption.org/mlkem768x25519")
    true = header.write(bytes(16), [keys.parsed(PUBLIC[OFFICER])])
    stanza = header.parse(true).stanzas[0]
    forged = true.replace(stanza.arguments[1], header._base64(sealed[:1_120]))
    forged = forged.replace(header._base64(stanza.body), header._base64(sealed[1_120:]))
    with pytest.raises(CannotOpen):
        open_container(Container(forged, b""), [OFFICER])
