"""Read outcomes, their reasons and the questions that officers can send to reporters.

Each applies to some kinds of report or to all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from heedline.packs import pack as shapes
from heedline.packs.tables import Table


def read_outcome(code: str, table: Table, kinds: Collection[str]) -> shapes.Outcome:
    """Return an outcome, read from its table."""
    outcome = shapes.Outcome(
        code,
        table.text("words"),
        table.flag("useful"),
        table.flag("short"),
        _kinds(table, kinds),
        table.one_of("needs", shapes.CLOSING_NEEDS, "nothing"),
    )
    table.done()
    return outcome


def read_reason(
    code: str, table: Table, outcomes: Mapping[str, shapes.Outcome], kinds: Collection[str]
) -> shapes.Reason:
    """Return a reason, limited to the kinds of report that its outcome applies to."""
    outcome = table.one_of("outcome", tuple(outcomes))
    needs = table.one_of("needs", shapes.CLOSING_NEEDS, outcomes[outcome].needs)
    reason = shapes.Reason(code, outcome, table.text("words"), _kinds(table, kinds), needs)
    wider = outcomes[reason.outcome].kinds
    if wider and (stray := set(reason.kinds) - set(wider)):
        raise table.wrong("kinds", f"its outcome is not for {min(stray)}")
    table.done()
    return reason


def read_template(code: str, table: Table, kinds: Collection[str]) -> shapes.QuestionTemplate:
    """Return a question for reporters, read from its table."""
    template = shapes.QuestionTemplate(code, table.text("label"), table.text("words"), _kinds(table, kinds))
    table.done()
    return template


def _kinds(table: Table, known: Collection[str]) -> tuple[str, ...]:
    found = table.texts("kinds", ())
    for kind in found:
        if kind not in known:
            raise table.wrong("kinds", f"no kind is called {kind}")
    return found


def check_short_close(ends: Table, pack: shapes.Pack) -> None:
    """Check the outcomes offered on the three-page closing form.

    None may count as useful, and each must have a reason for every kind of report that can be closed with
    it.
    """
    for outcome in pack.outcomes.values():
        if outcome.short and outcome.useful:
            raise ends.wrong(f"outcomes.{outcome.code}.short", "a useful outcome is not closed the short way")
    for kind in pack.kinds:
        reasoned = {reason.outcome for reason in pack.reasons_for(kind).values()}
        outcomes = pack.outcomes_for(kind)
        for outcome in outcomes.values():
            if outcome.short != (outcome.code in reasoned):
                raise ends.wrong(
                    f"outcomes.{outcome.code}",
                    f"short outcomes need reasons, and only they have any (kind {kind})",
                )
        if not any(outcome.useful for outcome in outcomes.values()):
            raise ends.wrong("outcomes", f"kind {kind} has no useful outcome")
