"""Pages of a specialist desk's records: the list, one record with its history, and a move that is confirmed with a reason.

A desk brings the words of its kind (`RecordWords`), and a template with what one record says (the block `work`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from heedline.casework.errors import Changed, NotHere
from heedline.casework.records.open_records import RecordPage
from heedline.casework.records.record import CHANGED
from heedline.casework.records.shown_record import ShownRecord
from heedline.reports.lifecycle import NotNow
from heedline.reports.record_kinds import BEGIN, REASSIGN, RecordKind
from heedline.web.components.forms import Form, TextArea
from heedline.web.entrance.kept_words import form_of, let_go
from heedline.web.shell.conflict import version_of
from heedline.web.shell.page_links import page_links
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWords:
    """The names of a move: on its button and in the history. `reason` is the question for the reason that it needs, or ""."""

    button: str = ""
    done: str
    reason: str = ""


#: A supervisor passes records on from the board, for every desk in one way.
_PASSED_ON = MoveWords(done="Passed on to a colleague")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWords:
    """The words of a kind of record. `moves` includes the move that begins one. `move_page` is a route with `ref` and `move`."""

    states: Mapping[str, str]
    moves: Mapping[str, MoveWords]
    move_page: str

    def missing(self, kind: RecordKind) -> set[str]:
        """Return the states and moves of a kind that have no words."""
        moves = {BEGIN, *(move for _, move in kind.moves)} - {REASSIGN}
        return set(kind.states) - set(self.states) | moves - set(self.moves)

    def done(self, move: str) -> str:
        """Return the name of a move in the history."""
        return self.moves.get(move, _PASSED_ON).done


def record_list(
    request: OfficeRequest,
    kind: RecordKind,
    words: RecordWords,
    found: RecordPage,
    *,
    names: Mapping[UUID, str] = MappingProxyType({}),
    template: str = "shell/record_list.html",
) -> HttpResponse:
    """Render the open records of a kind, with the state, the owner and the due time of each, and its name if `names` has one.

    A template of the desk extends `shell/record_list.html`.
    """
    lines = [
        {"line": one, "state": words.states[one.state], "name": names.get(one.ref, "")} for one in found.lines
    ]
    links = page_links(request.path, found.page, found.pages)
    context = {"plural": kind.plural, "title": kind.title, "lines": lines, **links}
    return render(request, template, context)


def record_page(
    request: OfficeRequest, template: str, record: ShownRecord, words: RecordWords, context: dict[str, Any]
) -> HttpResponse:
    """Render a record with the moves that its state allows, and its history, the latest first.

    A move that needs a reason is confirmed on a page of its own. The template extends `shell/record_page.html`.
    """
    moves = [
        {
            "words": words.moves[one.move],
            "why_not": one.why_not,
            "href": reverse(words.move_page, kwargs={"ref": record.ref, "move": one.move}),
        }
        for one in record.moves
        if one.move != REASSIGN
    ]
    steps = [{"line": one, "done": words.done(one.move)} for one in record.steps]
    state = words.states[record.state]
    frame = {"record": record, "state": state, "moves": moves, "steps": steps}
    return render(request, template, {**frame, **context})


def record_move(
    request: OfficeRequest,
    record: ShownRecord,
    move: str,
    words: RecordWords,
    page: str,
    act: Callable[[int, str], None],
) -> HttpResponse:
    """Show the form that confirms a move, and on POST make it, by `act` with the version that was shown and the reason.

    If the record has moved since, the form comes back with what was written, beside the last step. `page` is the record's
    page. Raises NotHere for a move that the kind does not have, and Refused.
    """
    if move not in words.moves or move == BEGIN:
        raise NotHere
    told, back = words.moves[move], reverse(page, kwargs={"ref": record.ref})
    question = TextArea(
        name="reason", label=told.reason, required="Give the reason", rows=3, limit=_LONGEST, names=True
    )
    fields = (question,) if told.reason else ()
    form, status = restored(request, fields) or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            try:
                act(version_of(request), form.text("reason") if told.reason else "")
            except (Changed, NotNow) as no:
                form, status = form.but(**{"": no.theirs if isinstance(no, Changed) else no.reason}), 409
            else:
                messages.success(request, f"{record.title}: {told.done}.")
                return let_go(request, HttpResponseRedirect(back), request.attendance)
    now = {one.move: one.why_not for one in record.moves}
    last = record.steps[0]
    context = {
        "record": record,
        "words": told,
        "form": form,
        "form_of": form_of(request.attendance),
        "why_not": now.get(move, CHANGED),
        "last": {"line": last, "done": words.done(last.move)} if status == 409 else None,
        "back": back,
    }
    return render(request, "shell/record_move.html", context, status=status)
