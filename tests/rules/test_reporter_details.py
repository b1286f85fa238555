"""A product that names its source's report, code, name or contact details is refused, and ordinary text is not."""

from __future__ import annotations

from uuid import UUID

import pytest

from heedline.casework.products.content import Product
from heedline.casework.products.reporter_details import CODE, CONTACT, NAME, REFERENCE, found
from heedline.casework.report.opening import short_name
from heedline.reports.lifecycle import NotNow
from heedline.vault.codes import ReceiptCode

REPORT = UUID("5f1c2ab4-9c0e-4d3a-8f52-0a6c1f7e9b11")
OTHER = UUID("a41c2ab4-9c0e-4d3a-8f52-0a6c1f7e9b11")
SHORT = short_name(REPORT)
A_CODE = ReceiptCode("YEJ27GREYT98BMJ3V6KRC4")  # fixed, because the name of each test contains it
TOLD = (
    "Hello, my name is Example Quagga-Smith and I live next door. You can call me on 07700 900123 after six.",
    "My email is quagga@mail.example. His email is eland@mail.example and his number is 07700 900456.",
    "my name is known to the police. My name isn't relevant. This is his van.",
)


def refused(text: str, subject: str = "") -> tuple[str, ...]:
    return found([text], TOLD, [REPORT], subject=subject)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"From report {SHORT}.", REFERENCE),
        (f"From report {SHORT.replace('-', '').lower()}.", REFERENCE),
        (f"From report {SHORT.replace('-', ' ').replace('O', '0').replace('I', '1')}.", REFERENCE),
        (f"See /w/r/{REPORT}/", REFERENCE),
        (f"See {REPORT.hex.upper()}", REFERENCE),
        (f"Their code is {A_CODE.grouped()}.", CODE),
        (f"Their code is {A_CODE.grouped().replace('-', ' ').lower()}.", CODE),
        ("Ring 07700 900 123.", CONTACT),
        ("Ring +44 (0)7700 900123.", CONTACT),
        ("Write to QUAGGA@mail.example", CONTACT),
        ("Told by Example Quagga-Smith.", NAME),
        ("Told by QUAGGA SMITH, Example", NAME),
        ("Told by Ex\u200bample Quagga Smith", NAME),
    ],
)
def test_what_names_a_report_or_its_reporter_is_refused(text: str, why: str) -> None:
    assert refused(text) == (why,)


@pytest.mark.parametrize(
    "text",
    [
        "EXAMPLE Sam may keep something in a locker at the quagga house.",
        f"Another desk's product {short_name(OTHER)} says the same.",
        "He uses 07700 900456 and eland@mail.example.",
        "He is known to the police, and it is relevant.",
        "Account GB29 NWBK 6016 1331 9268 19 was used.",
    ],
)
def test_ordinary_text_and_the_subjects_own_details_are_not_refused(text: str) -> None:
    assert refused(text) == ()


def test_a_single_name_that_the_subject_shares_is_not_refused() -> None:
    told = ["my name is Sam. He is called Sam as well"]
    assert found(["Sam may keep something."], told, [REPORT]) == (NAME,)
    assert found(["Sam may keep something."], told, [REPORT], subject="EXAMPLE Sam") == ()


@pytest.mark.parametrize(
    "text",
    [
        "secret\nHe was seen.",
        "UK Secret: he was seen",
        "(secret) He was seen.",
        "From a file marked top secret.",
        "s\u200becret // uk eyes only",
        "T O P  S E C R E T",
        "It said TOP SECRET on it",
    ],
)
def test_a_marking_of_secret_is_refused_in_any_case(text: str) -> None:
    with pytest.raises(NotNow) as no:
        Product(texts={"title": text}).refuse_unfit()
    assert no.value.about == "marking"


@pytest.mark.parametrize(
    "text", ["He kept it secret.", "A secret meeting - he said.", "It is a secret: he hid it."]
)
def test_the_word_secret_is_a_word_like_any_other(text: str) -> None:
    Product(texts={"title": text}).refuse_unfit()
