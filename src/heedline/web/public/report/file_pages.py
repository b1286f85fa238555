"""The page "Add photos, videos or documents", which works without scripts.

A report and a message have the same page, at addresses of their own (`FilePages`). A mistake in a file loses nothing:
each POST leads back to the list, with the reason in the address.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from heedline.casework.attachments import taking
from heedline.casework.attachments.taking import FileProblem, FileRefused
from heedline.casework.intake.drafting import Draft
from heedline.packs.rules.file_limits import FileLimits
from heedline.web.components.forms import FileInput, Form
from heedline.web.components.see_other import SeeOther
from heedline.web.public.report.turns import DraftVisit, StoreAway, draft_of, kind_of, on_draft
from heedline.web.public.shell import recovery
from heedline.web.public.shell.asking import shown, words
from heedline.web.public.shell.beside import counted
from heedline.web.public.shell.languages import path_to
from heedline.web.public.shell.pages import page, see_other, tab_title
from heedline.web.uploads import resumable
from heedline.web.uploads.incoming_files import FIELD, UPLOADED, UploadedFile
from heedline.web.uploads.resumable import UploadPages

#: A file of the draft that can't be sent any more. No upload ends in this.
LOST = "lost"
_PROBLEMS = {*map(str, FileProblem), LOST}
_KILOBYTE, _MEGABYTE = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class FilePages:
    """The URL names for one list of files: showing, adding to and removing from it, and its uploads."""

    list: str
    add: str
    remove: str
    uploads: str
    upload: str


REPORT = FilePages(
    "reporter:files",
    "reporter:file-add",
    "reporter:file-remove",
    "reporter:file-uploads",
    "reporter:file-upload",
)


def offered(kind: str) -> bool:
    """Return whether files can be sent with this kind of report."""
    return kind in taking.limits().kinds


def invitation(kind: str) -> str:
    """Return the key of the text that invites the reporter to add files on the check page for this kind of report."""
    return f"files.{kind}" if f"files.{kind}" in words() else "files.may"


def show(
    request: HttpRequest, pages: FilePages, draft: Draft, *, back_url: str, onward: str, note: str = ""
) -> HttpResponse:
    """Show the limits, the draft's files and a form to add another."""
    limits = taking.limits()
    error = _in_words(request.GET.get("problem", ""), limits)
    label = shown("files.another" if draft.files else "files.choose")
    return page(
        request,
        "files",
        title=tab_title("message_files" if pages is not REPORT else "files"),
        form=Form((FileInput(name=FIELD, label=label),), {}, {FIELD: error} if error else {}),
        files=[
            {"name": one.name, "size": length_in_words(one.length), "id": str(one.container)}
            for one in draft.files
        ],
        room=len(draft.files) < limits.most,
        megabytes=limits.megabytes,
        most=limits.most,
        note=note,
        unfinished=draft.uploads,
        unfinished_json=_as_json(pages, draft),
        list_url=path_to(pages.list),
        uploads_url=reverse(pages.uploads),
        add_url=reverse(pages.add),
        remove_url=reverse(pages.remove),
        onward=onward,
        back_url=back_url,
    )


def _as_json(pages: FilePages, draft: Draft) -> str:
    """Return the unfinished uploads for the script that resumes them."""
    return json.dumps(
        [
            {"name": one.name, "length": one.length, "url": reverse(pages.upload, args=[one.upload])}
            for one in draft.uploads
        ]
    )


def _in_words(problem: str, limits: FileLimits) -> str:
    if problem not in _PROBLEMS:
        return ""
    numbers: dict[str, dict[str, int]] = {
        FileProblem.TOO_LARGE: {"megabytes": limits.megabytes},
        FileProblem.TOO_MANY: {"most": limits.most},
    }
    return shown(f"files.problem.{problem}", **numbers.get(problem, {}))


def add(request: HttpRequest, draft: Draft, save: Callable[[], None]) -> FileProblem | None:
    """Add the uploaded file to the draft and save it, or return the reason for refusing the file.

    If the draft could not be saved, for whatever reason, the file is deleted at the end of the request, unless the view runs
    again and adds it then.
    """
    uploaded = request.META.get(UPLOADED)
    try:
        if not isinstance(uploaded, UploadedFile):
            raise FileRefused(FileProblem.NONE_CHOSEN)
        taking.add(draft, uploaded.claim())
    except FileRefused as refused:
        return refused.problem
    try:
        save()
    except BaseException as problem:
        uploaded.unclaim()
        if isinstance(problem, (StoreAway, ValueError)):
            return FileProblem.NO_ROOM
        raise
    return None


def remove(request: HttpRequest, draft: Draft) -> None:
    """Remove the chosen file from the draft, which the caller saves."""
    try:
        taking.remove(draft, UUID(request.POST.get("remove", "")))
    except ValueError:
        return


def back_to(pages: FilePages, problem: str | None = None) -> HttpResponse:
    """Redirect to the list, with an error code if there is a problem."""
    if problem is None:
        return see_other(pages.list)
    response = SeeOther(f"{path_to(pages.list)}?problem={problem}")
    response["Cache-Control"] = "no-store"
    return response


def without_lost(turn: DraftVisit) -> HttpResponse | None:
    """Remove files that can no longer be sent, and redirect to the list if there were any."""
    good = tuple(one for one in turn.draft.files if taking.still_good(one, turn.at))
    if good == turn.draft.files:
        return None
    turn.draft.files = good
    turn.keep(turn.draft.answers)
    return back_to(REPORT, LOST)


def length_in_words(length: int) -> str:
    """Return a file size formatted for display."""
    if length < _MEGABYTE:
        return shown("files.kilobytes", count=counted(max(1, round(length / _KILOBYTE))))
    return shown("files.megabytes", count=f"{length / _MEGABYTE:,.1f}")


@on_draft
def files(turn: DraftVisit) -> HttpResponse:
    """Show the files of an unfinished report."""
    if turn.late:
        return recovery.expired(turn.request)
    if not offered(turn.kind):
        return see_other("reporter:question", slug=turn.asking.open_now)
    onward = path_to("reporter:question", turn.asking.last)
    note = words().get(f"files.{turn.kind}", "")
    return show(turn.request, REPORT, turn.draft, back_url=onward, onward=onward, note=note)


@on_draft
def file_add(turn: DraftVisit) -> HttpResponse:
    """Add a file to an unfinished report."""
    if turn.late:
        return recovery.expired(turn.request)
    if not turn.posted or not offered(turn.kind):
        return see_other(REPORT.list)
    problem = add(turn.request, turn.draft, lambda: turn.keep(turn.draft.answers))
    return back_to(REPORT, problem)


@on_draft
def file_remove(turn: DraftVisit) -> HttpResponse:
    """Remove a file from an unfinished report."""
    if turn.posted and not turn.late:
        remove(turn.request, turn.draft)
        turn.keep(turn.draft.answers)
    return see_other(REPORT.list)


def _draft_with_files(request: HttpRequest, at: datetime) -> Draft | None:
    draft = draft_of(request, at)
    return None if draft is None or draft.sent or not offered(kind_of(draft)) else draft


file_uploads, file_upload = resumable.views(
    UploadPages(_draft_with_files, lambda _, upload: reverse(REPORT.upload, args=[upload]))
)
