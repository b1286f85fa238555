"""Addresses of the public site. None says what somebody came for, and nothing that was typed ever stands in one."""

from __future__ import annotations

from django.urls import path

from heedline.web.reporter import (
    advice,
    attack,
    doors,
    leaving,
    mailbox,
    questions,
    receipt,
    repeated,
    sending,
    starting,
)

app_name = "reporter"
urlpatterns = [
    path("", doors.front, name="front"),
    path("emergency/", doors.emergency, name="emergency"),
    path("tell/", starting.start, name="start"),
    path("tell/examples/", doors.examples, name="examples"),
    path("talk/", doors.person, name="person"),
    path("link/", doors.online, name="online"),
    path("ask/", doors.advice, name="advice"),
    path("other/", doors.charity, name="charity"),
    path("phone/", doors.phone, name="phone"),
    path("stay-safe/", doors.safe, name="safe"),
    path("stay-safe/home/", doors.safe_home, name="safe-home"),
    path("stay-safe/work/", doors.safe_work, name="safe-work"),
    path("stay-safe/out/", doors.safe_out, name="safe-out"),
    path(attack.PATH, attack.attack, name="attack"),
    path("stay-safe/start/", starting.safety, name="safety"),
    path("talk/start/", starting.safety, {"kind": "person"}, name="safety-person"),
    path("link/start/", starting.safety, {"kind": "online"}, name="safety-online"),
    path("ask/start/", starting.safety, {"kind": "advice"}, name="safety-advice"),
    path("r/brief/", sending.brief, name="brief"),
    path("r/<slug:slug>/", questions.question, name="question"),
    path("r/<slug:slug>/new/", repeated.item_new, name="item-new"),
    path("r/<slug:slug>/<slug:item>/", repeated.item, name="item"),
    path("r/<slug:slug>/<slug:item>/remove/", repeated.item_remove, name="item-remove"),
    path("code/", receipt.code, name="code"),
    path("code/check/", receipt.code_check, name="code-check"),
    path("code/finished/", receipt.finished, name="finished"),
    path("code/finished/without/", receipt.finished_without, name="finished-without"),
    path("messages/", mailbox.enter, name="enter"),
    path("messages/open/", mailbox.messages, name="messages"),
    path("messages/open/sent/", mailbox.message_sent, name="message-sent"),
    path("messages/open/stop/", mailbox.withdraw, name="withdraw"),
    path("messages/open/delete/", mailbox.delete, name="delete"),
    path("messages/open/deleted/", mailbox.deleted, name="messages-deleted"),
    path("messages/open/close/", mailbox.close, name="close"),
    path("messages/closed/", mailbox.closed, name="messages-closed"),
    path("exit/", leaving.leave, name="exit"),
    path("privacy/", advice.privacy, name="privacy"),
    path("cookies/", advice.cookie_page, name="cookies"),
    path("contact/", advice.contact, name="contact"),
    path("accessibility/", advice.accessibility, name="accessibility"),
    path("languages/", advice.languages, name="languages"),
    path("stay-safe-online/", advice.stay_safe_online, name="stay-safe-online"),
]
