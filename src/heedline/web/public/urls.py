"""URLs of the public site.

None reveals what a visitor came for or contains anything that was typed.
"""

from __future__ import annotations

from django.urls import URLPattern, path

from heedline.web.public.guidance import attack, doors, local_police, log_pages, search_engines, service_pages
from heedline.web.public.mailbox import file_pages as message_files
from heedline.web.public.mailbox import messages
from heedline.web.public.report import (
    file_pages,
    leaving,
    questions,
    receipt,
    repeated,
    sending,
    starting,
)
from heedline.web.public.shell.asking import door_name, pack


def _endings(path_end: str, name: str, **of_kind: bool) -> list[URLPattern]:
    """Return the last pages of a kind of report with an ending of its own: with the code kept, and without."""
    return [
        path(
            f"code/finished/{path_end}", receipt.finished, {"kept": True, **of_kind}, name=f"finished-{name}"
        ),
        path(
            f"code/finished/without/{path_end}",
            receipt.finished,
            {"kept": False, **of_kind},
            name=f"finished-without-{name}",
        ),
    ]


app_name = "reporter"
urlpatterns = [
    # first what is asked for most: each address is compared with those above it
    path("r/brief/", sending.brief, name="brief"),
    path("r/files/", file_pages.files, name="files"),
    path("r/<slug:slug>/", questions.question, name="question"),
    path("r/files/add/", file_pages.file_add, name="file-add"),
    path("r/files/remove/", file_pages.file_remove, name="file-remove"),
    path("r/files/resumable/", file_pages.file_uploads, name="file-uploads"),
    path("r/files/resumable/<uuid:upload>/", file_pages.file_upload, name="file-upload"),
    path("r/<slug:slug>/new/", repeated.item_new, name="item-new"),
    path("r/<slug:slug>/<slug:item>/", repeated.item, name="item"),
    path("r/<slug:slug>/<slug:item>/remove/", repeated.item_remove, name="item-remove"),
    path("", doors.front, name="front"),
    path("emergency/", doors.emergency, name="emergency"),
    *(
        path(kind.door.path, starting.DOORS[kind.code], name=door_name(kind.code))
        for kind in pack().kinds.values()
    ),
    path("tell/examples/", doors.examples, name="examples"),
    path("incident/<slug:slug>/", starting.incident, name="incident"),
    *([path("talk/call/", starting.call, name="call-me")] if "person" in pack().kinds else []),
    path("tell/easy/", doors.how_easy, name="how-easy"),
    path("other/", doors.charity, name="charity"),
    path("phone/", doors.phone, name="phone"),
    path("phone/near/", local_police.near, name="near"),
    path("stay-safe/", doors.safe, name="safe"),
    path("stay-safe/home/", doors.safe_home, name="safe-home"),
    path("stay-safe/work/", doors.safe_work, name="safe-work"),
    path("stay-safe/out/", doors.safe_out, name="safe-out"),
    path(attack.PATH, attack.attack, name="attack"),
    path(f"{attack.PATH}easy/", doors.easy, name="easy"),
    path("code/", receipt.code, name="code"),
    path("code/odd/", receipt.odd, name="odd"),
    path("code/print/", receipt.printed, name="receipt"),
    path("code/check/", receipt.code_check, name="code-check"),
    path("code/finished/", receipt.finished, {"kept": True}, name="finished"),
    path("code/finished/without/", receipt.finished, {"kept": False}, name="finished-without"),
    *(_endings("ask/", "advice", advice=True) if "advice" in pack().kinds else []),
    *(_endings("next/", "own", own=True) if "person" in pack().kinds else []),
    path("messages/", messages.enter, name="enter"),
    path("messages/open/", messages.messages, name="messages"),
    path("messages/open/sent/", messages.message_sent, name="message-sent"),
    path("messages/open/files/", message_files.files, name="message-files"),
    path("messages/open/files/add/", message_files.file_add, name="message-file-add"),
    path("messages/open/files/remove/", message_files.file_remove, name="message-file-remove"),
    path("messages/open/files/resumable/", message_files.file_uploads, name="message-file-uploads"),
    path(
        "messages/open/files/resumable/<uuid:upload>/", message_files.file_upload, name="message-file-upload"
    ),
    path("messages/open/stop/", messages.withdraw, name="withdraw"),
    path("messages/open/delete/", messages.delete, name="delete"),
    path("messages/open/deleted/", messages.deleted, name="messages-deleted"),
    path("messages/open/hide/", messages.hide, name="hide"),
    path("messages/open/close/", messages.close, name="close"),
    path("messages/closed/", messages.closed, name="messages-closed"),
    path("exit/", leaving.leave, name="exit"),
    path("privacy/", service_pages.privacy, name="privacy"),
    path("log/", log_pages.our_log, name="log"),
    path("log/checkpoint", log_pages.checkpoint, name="log-checkpoint"),
    path("log/after/<int:number>", log_pages.growth, name="log-growth"),
    path("cookies/", service_pages.cookie_page, name="cookies"),
    path("contact/", service_pages.contact, name="contact"),
    path("accessibility/", service_pages.accessibility, name="accessibility"),
    path("languages/", service_pages.languages, name="languages"),
    path("robots.txt", search_engines.robots, name="robots"),
    path("sitemap.xml", search_engines.sitemap, name="sitemap"),
    path("stay-safe-online/", service_pages.stay_safe_online, name="stay-safe-online"),
]
