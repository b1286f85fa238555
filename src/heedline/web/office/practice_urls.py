"""URLs for practice pages, which map every link and form in a report page to the exercise.

Practice uses the templates of real reports. While one is rendered, `{% url "report-close" %}` and similar
names are resolved here, so that no practice page contains the URL of a real report or of taking a real call.
"""

from django.urls import path

from heedline.web.office import urls
from heedline.web.office.practice import practice_call_pages, practice_pages

#: What a report's page leads to and practice has not.
NOT_PRACTISED = (
    "release",
    "danger",
    "owner",
    "next-action",
    "writing",
    "call",
    "language",
    "translation",
    "hand-over",
    "reopen",
    "return",
    "identity",
    "trace",
    "keeping",
    "partners",
    "seen",
    "subjects",
    "notes",
    "checks",
    "tasks",
    "timeline",
    "print",
    "history",
)
_REPLACED = [
    path("w/practise/queue/<slug:desk>/", practice_pages.back, name="queue"),
    path("w/practise/r/<uuid:ref>/", practice_pages.report, name="report"),
    path("w/practise/r/<uuid:ref>/take/", practice_pages.take, name="report-take"),
    path("w/practise/r/<uuid:ref>/ask/", practice_pages.ask, name="report-ask"),
    path("w/practise/r/<uuid:ref>/close/", practice_pages.close, name="report-close"),
    *(
        path(f"w/practise/r/<uuid:ref>/not/{page}/", practice_pages.not_practised, name=f"report-{page}")
        for page in NOT_PRACTISED
    ),
    path("w/practise/call/", practice_call_pages.call, name="call"),
    path("w/practise/call/save/", practice_call_pages.save, name="call-save"),
]
#: Names that only lead to real reports and calls: a page of practice that asked for one would not be shown.
_REAL = (
    "report",
    "queue",
    "call",
    "translation",
    "identity-",
    "keeping-",
    "sweep",
    "check",
    "alike",
    "trace-",
    "partner",
    "sent",
)
_AROUND = ("calls", "checks", "call-sheet", "translations", "partners")
urlpatterns = [
    *_REPLACED,
    *(one for one in urls.urlpatterns if one.name in _AROUND or not (one.name or "").startswith(_REAL)),
]
