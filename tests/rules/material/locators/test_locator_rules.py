"""What a mistake in the forms of addresses is called, and what every form promises."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from heedline.packs.tables import PackError
from heedline.specialist_desks.material.locators import account_locator, canonical, read_locator_rules

UK = files("heedline.packs") / "uk"
RULES = read_locator_rules(UK)
SAMPLES = ("Some Gamer", "some_name", "some.name", "Some_Name1", "+44 7700 900123", "name.example.com")


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("[platforms.murmur]", "[platforms.Mur-mur]", "a platform's code"),
        ('hosts = ["murmur.example"]', 'hosts = ["kiteboard.example"]', "belongs to another platform"),
        ('hosts = ["murmur.example"]', 'hosts = ["www.murmur.example"]', "without www."),
        ('called = ["murmur"]', 'called = ["kiteboard"]', "another platform's name"),
        ('key = "https://murmur.example/c/{account}/{id}"', 'key = "https://murmur.example/{room}"', "no pattern has a group called room"),
        ('kind = "message"\npath = "^/c/(?P<account>', 'kind = "letter"\npath = "^/c/(?P<account>', "kind: must be one of"),
        ('path = "^/c/(?P<account>[A-Za-z0-9_.]{3,30})$"', 'path = "("', "not a regular expression"),
        ('account_form = "^[A-Za-z0-9_]{3,20}$"\n[[platforms.kiteboard.items]]', "[[platforms.kiteboard.items]]", "account_form: is missing"),
        ('hosts = ["href.li", "leads.example"]', 'hosts = ["href.li"]\nparameters = ["u"]', "in exactly one way"),
        ('name = "Invented archive"', 'name = "Invented archive"\nnote = "x"', "is not a known key"),
        ('hosts = ["archive.example"]\npath = "^(?P<copy>/web/[0-9]{1,14}/)(?P<rest>.+)$"', 'hosts = ["archive.example"]\npath = "^/web/(?P<rest>.+)$"', "groups copy and rest"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_forms_is_named(tmp_path: Path, was: str, becomes: str, message: str) -> None:
    text = (UK / "platforms.toml").read_text(encoding="utf-8")
    assert was in text
    text = text.replace(was, becomes, 1)
    if "Mur-mur" in becomes:
        text = text.replace("[[platforms.murmur.", "[[platforms.Mur-mur.")
    (tmp_path / "platforms.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=message):
        read_locator_rules(tmp_path)


def test_an_account_is_the_same_item_by_name_and_by_address() -> None:
    for platform in RULES.platforms.values():
        for sample in SAMPLES:
            found = account_locator(platform.called[0], f"@{sample}", RULES)
            if found is None:
                continue
            assert found.platform == platform.code
            again = canonical(found.address or found.key, RULES)
            assert again
            assert again.key == found.key, (platform.code, sample)


def test_every_platform_with_accounts_takes_one_of_the_samples() -> None:
    for platform in RULES.platforms.values():
        if platform.account_form:
            assert any(account_locator(platform.called[0], one, RULES) for one in SAMPLES), platform.code


def test_no_account_is_a_page_that_the_platform_keeps_for_itself() -> None:
    for address in ("https://x.com/home", "https://t.me/joinchat", "https://facebook.com/login", "https://instagram.com/explore"):  # fmt: skip
        found = canonical(address, RULES)
        assert found
        assert (found.native_id, str(found.kind)) == ("", "page"), address
