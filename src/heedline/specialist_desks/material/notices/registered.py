"""Registration data for notices: log actions, table privileges, triggers, functions and backup copies."""

from __future__ import annotations

from heedline.audit.acts import AnyAct
from heedline.backups.plan import Copied, Side
from heedline.casework.identity.data_inventory import HeldData
from heedline.specialist_desks.material.vocabulary import MaterialAct

NOTICE_ACTS: dict[AnyAct, str] = {
    MaterialAct.SEEN: "Looked whether an item is still there",
    MaterialAct.DECONFLICTED: "Deconflicted an item before a notice",
    MaterialAct.COMPOSED: "Wrote a notice",
    MaterialAct.PROPOSED: "Put a notice up for approval",
    MaterialAct.APPROVED: "Approved a notice",
    MaterialAct.RETURNED: "Returned a notice to its author",
    MaterialAct.DROPPED: "Gave up a notice",
    MaterialAct.SENDING: "Began to send a notice",
    MaterialAct.SENT: "Sent a notice",
    MaterialAct.NOT_DELIVERED: "A notice was not delivered",
    MaterialAct.SERVED: "Recorded the service of a section 3 notice",
    MaterialAct.COMPANY_ANSWERED: "The company answered on its page",
    MaterialAct.ANSWER_RECORDED: "Recorded what the company answered",
    MaterialAct.ANSWER_READ: "Read what the company answered after the notice was closed",
    MaterialAct.ESCALATED: "Escalated an unanswered notice",
    MaterialAct.NOTICE_CLOSED: "Closed a notice",
    MaterialAct.WITHDRAWN: "Withdrew a notice",
    MaterialAct.NOTICES_VIEWED: "Viewed notices",
    MaterialAct.LETTER_PRINTED: "Opened a section 3 notice to print it",
    MaterialAct.CHANNEL_TESTED: "Tested a channel of a company",
    MaterialAct.SIGNING_SHOWN: "Showed the secret for signed requests to a company",
    MaterialAct.REPORTERS_TOLD: "Told reporters what became of their reports",
    MaterialAct.FIGURES_VIEWED: "Viewed the figures of online material",
}
NOTICE_TABLES = {
    "material_notice": {"office": "ar", "usher": "d"},
    "material_notice_attempt": {"office": "ar", "usher": "d"},
    "material_notice_answer": {"office": "ar", "usher": "ad"},
    "material_sighting": {"office": "ar", "usher": "d"},
    "material_channel_test": {"office": "ar"},
}
NOTICE_COLUMNS = {
    (
        "material_notice",
        "office",
        "w",
    ): "acknowledge_by acknowledged_at answer answer_by answered_at approved_at approved_container approver_id composer_id"
    " container due_at escalated evidence given_on owner_id sent_at state step token token_until version",
    ("material_notice", "worker", "r"): "desk_id due_at id owner_id state",
    (
        "material_notice",
        "usher",
        "r",
    ): "acknowledged_at answer answer_by answered_at desk_id due_at id item_id reference sent_at state token token_until version",
    (
        "material_notice",
        "usher",
        "w",
    ): "acknowledged_at answer answered_at due_at step version",  # never `state`
    ("material_notice_attempt", "office", "w"): "container outcome",
    ("material_notice_attempt", "usher", "r"): "notice_id",
    ("material_notice_answer", "usher", "r"): "notice_id",
    ("material_sighting", "usher", "r"): "item_id",
}
NOTICE_TRIGGERS = ("material_notice_begins", "material_notice_moves")
#: The functions behind the company's page, of the partner process alone.
NOTICE_FUNCTIONS = {"notice_page": "partner", "answer_notice": "partner"}
NOTICE_COPIES = (
    Copied("material_notice", Side.BODIES),
    Copied("material_notice_attempt", Side.BODIES),
    Copied("material_notice_answer", Side.BODIES),
    Copied("material_sighting", Side.BODIES),
    Copied("material_channel_test", Side.BODIES),
)
NOTICES_HELD = HeldData(
    "Notices to companies, each about one item, with what the desk did and what the company answered. What a notice says, "
    "to whom it went and what came back are sealed, and nothing of a report or a reporter is part of it.",
    False,
    {
        "material_notice": "id desk_id item_id reference basis crisis state answer version container approved_container"
        " composer_id approver_id owner_id composed_at approved_at sent_at acknowledge_by answer_by acknowledged_at"
        " answered_at given_on evidence step due_at escalated token token_until",
        "material_notice_attempt": "id notice_id officer_id at outcome container",
        "material_notice_answer": "id notice_id answer container at officer_id",
        "material_sighting": "id item_id officer_id at verdict",
        "material_channel_test": "id desk_id company channel officer_id at passed",
    },
)
