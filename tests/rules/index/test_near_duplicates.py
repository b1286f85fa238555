"""Near-duplicate texts: copies of a template are grouped, and what is alike only in its subject is not."""

from __future__ import annotations

from heedline.index import near_duplicates

ADVERT = "Buy cheap watches at www.watches.example today and get two for the price of one, only this week"


def test_likeness_finds_a_template_and_not_a_subject() -> None:
    copies = [ADVERT for n in range(20)] + [ADVERT.upper() + " hurry"]
    told = [
        "A man in a grey coat filmed the doors of the station",
        "A van stood at the gate of the station for three nights",
        "",
        "spam",
        "Spam!",
    ]
    texts = list(enumerate([*copies, *told]))
    assert near_duplicates.groups(texts) == [list(range(21)), [24, 25]]


def test_a_thousand_different_texts_take_no_time() -> None:
    """Not one comparison for each pair: it would be half a million."""
    letters = "abcdefghijklmnop"
    texts = [
        (n, " ".join(letters[n % 16] + letters[n // 16 % 16] + letters[(k * 7 + n) % 16] for k in range(60)))
        for n in range(256)
    ]
    assert near_duplicates.groups(texts) == []
