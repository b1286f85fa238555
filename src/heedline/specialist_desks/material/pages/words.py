"""What the pages call the states, lists, outcomes and places of the online material desk."""

from __future__ import annotations

from heedline.specialist_desks.material.rules import ItemOutcome, ItemState, Place

STATES = {
    ItemState.NEW: "New",
    ItemState.EXAMINING: "Being examined",
    ItemState.SECOND: "Waiting for a second reviewer",
    ItemState.DISPUTED: "Reviewers disagree",
    ItemState.UNLAWFUL: "Unlawful",
    ItemState.HELD: "Unlawful: preserve and investigate",
    ItemState.TERMS: "Lawful, but likely to breach the platform's terms",
    ItemState.LAWFUL: "Lawful",
    ItemState.OUTSIDE: "Not terrorism",
    ItemState.UNCLEAR: "Not enough information",
    ItemState.GONE: "Already gone",
    ItemState.REFERRED: "Referred",
}
LISTS = {
    "open": "To examine",
    "second": "Second review",
    "unlawful": "Unlawful",
    "finished": "Finished",
    "referred": "Referred",
}
OUTCOMES = {
    ItemOutcome.UNLAWFUL: STATES[ItemState.UNLAWFUL],
    ItemOutcome.HELD: STATES[ItemState.HELD],
    ItemOutcome.TERMS: STATES[ItemState.TERMS],
    ItemOutcome.LAWFUL: STATES[ItemState.LAWFUL],
    ItemOutcome.OUTSIDE: STATES[ItemState.OUTSIDE],
    ItemOutcome.UNCLEAR: STATES[ItemState.UNCLEAR],
}
#: What an item may be if no provision is met.
OTHERWISE = (ItemOutcome.TERMS, ItemOutcome.LAWFUL, ItemOutcome.OUTSIDE, ItemOutcome.UNCLEAR)
PLACES = {
    Place.FIRST: "First examination",
    Place.SECOND: "Second review",
    Place.THIRD: "Third examination",
    Place.REVERSAL: "Review of the decision",
}
EMPTY = {
    "open": "There is nothing to examine. New items appear here when reports that name an address have been indexed.",
    "second": "No item is waiting for a second reviewer.",
    "unlawful": "No item has been found unlawful.",
    "finished": "No item has been finished.",
    "referred": "No item has been referred.",
}
