"""Read outcomes, their reasons and the questions that officers can send to reporters.

Which of them a kind of report offers stands in its folder (`kind_files`).
"""

from __future__ import annotations

from collections.abc import Mapping

from heedline.packs import pack as shapes
from heedline.packs.kind_files import own_file
from heedline.packs.report_kinds import CLOSING_NEEDS, Outcome, QuestionTemplate, Reason
from heedline.packs.tables import PackError, Table


def read_outcome(code: str, table: Table) -> Outcome:
    """Return an outcome, read from its table."""
    outcome = Outcome(
        code,
        table.text("words"),
        table.flag("useful"),
        table.flag("short"),
        table.one_of("needs", CLOSING_NEEDS, "nothing"),
        table.text("retention", ""),
    )
    table.done()
    return outcome


def read_reason(code: str, table: Table, outcomes: Mapping[str, Outcome]) -> Reason:
    """Return a reason, read from its table."""
    outcome = table.one_of("outcome", tuple(outcomes))
    needs = table.one_of("needs", CLOSING_NEEDS, outcomes[outcome].needs)
    reason = Reason(code, outcome, table.text("words"), needs)
    table.done()
    return reason


def read_template(code: str, table: Table) -> QuestionTemplate:
    """Return a question for reporters, read from its table."""
    template = QuestionTemplate(code, table.text("label"), table.text("words"))
    table.done()
    return template


def check_short_close(ends: Table, pack: shapes.Pack) -> None:
    """Check the outcomes offered on the three-page closing form.

    None may count as useful, and each must have a reason for every kind of report that can be closed with
    it.
    """
    for outcome in pack.outcomes.values():
        if outcome.short and outcome.useful:
            raise ends.wrong(f"outcomes.{outcome.code}.short", "a useful outcome is not closed the short way")
    for kind in pack.kinds:
        outcomes, reasons = pack.outcomes_for(kind), pack.reasons_for(kind).values()
        if stray := [reason.code for reason in reasons if reason.outcome not in outcomes]:
            raise PackError(
                f"{own_file(kind, 'outcomes.toml')}: offers.reasons: {stray[0]} has an outcome that is not offered"
            )
        needs = {one.needs for one in outcomes.values()} | {one.needs for one in reasons}
        if pack.kinds[kind].checks is None and "checked" in needs:
            raise PackError(f"{own_file(kind, 'kind.toml')}: checks: is missing, and an outcome needs it")
        reasoned = {reason.outcome for reason in reasons}
        for outcome in outcomes.values():
            if outcome.short != (outcome.code in reasoned):
                raise ends.wrong(
                    f"outcomes.{outcome.code}",
                    f"short outcomes need reasons, and only they have any (kind {kind})",
                )
        if not any(outcome.useful for outcome in outcomes.values()):
            raise ends.wrong("outcomes", f"kind {kind} has no useful outcome")
