"""What the page of an item says of an examination."""

from __future__ import annotations

from heedline.specialist_desks.material.examination.law import load_law
from heedline.specialist_desks.material.pages.examination_words import examination_words

LAW = load_law("uk")
TOLD = {
    "facts": {"what": "propaganda", "maker": "An account", "audience": "public", "sharer": ""},
    "met": ["ta2006-s1", "gone-from-the-pack"],
    "elements": {"ta2006-s1": [0, 1, 99]},
    "reasons": {"ta2006-s1": "It praises an attack"},
    "expression": "no",
    "organisation": "isil",
    "agreement": {"ta2006-s1": True, "ta2006-s2": False},
}


def test_facts_provisions_and_agreement_are_in_words() -> None:
    found = examination_words(TOLD, LAW)
    assert dict(found.facts)["What it is"] == LAW.what["propaganda"]
    assert dict(found.facts)["Proscribed organisation"] == LAW.organisations["isil"].name
    assert "Who shared it" not in dict(found.facts)
    (one,) = found.provisions
    assert one.source == LAW.provisions["ta2006-s1"].source
    assert one.elements == LAW.provisions["ta2006-s1"].elements[:2]
    assert one.reason == "It praises an attack"
    assert "agree on 1 of 2" in found.agreement
    assert LAW.provisions["ta2006-s2"].name in found.agreement


def test_an_examination_without_answers_says_nothing() -> None:
    found = examination_words({}, LAW)
    assert (found.facts, found.provisions, found.agreement) == ((), (), "")
    same = examination_words({"agreement": {"ta2006-s1": True}}, LAW)
    assert same.agreement == "The two reviewers agree on all 1 provisions."
