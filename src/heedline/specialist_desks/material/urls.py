from django.urls import path

from heedline.specialist_desks.material.pages import figures, item, queue, report_tab, welfare
from heedline.specialist_desks.material.pages.evidence import evidence, uploads
from heedline.specialist_desks.material.pages.notices import companies, notices, telling

urlpatterns = [
    path("w/items/", queue.queue, name="material-queue"),
    path("w/items/add/", queue.add, name="material-add"),
    path("w/items/breaks/", welfare.welfare, name="material-welfare"),
    path("w/items/welfare/", welfare.shifts, name="material-shifts"),
    path("w/items/find/", queue.find, name="material-find"),
    path("w/items/checks/", evidence.checks, name="material-checks"),
    path("w/items/notices/", notices.notices, name="material-notices"),
    path("w/items/notices/<uuid:ref>/", notices.notice, name="material-notice"),
    path("w/items/notices/<uuid:ref>/change/", notices.change, name="material-notice-change"),
    path("w/items/notices/<uuid:ref>/letter/", notices.letter, name="material-letter"),
    path("w/items/notices/<uuid:ref>/do/", notices.act, name="material-notice-act"),
    path("w/items/figures/", figures.figures, name="material-figures"),
    path("w/items/reporters/", telling.reporters, name="material-reporters"),
    path("w/items/companies/", companies.companies, name="material-companies"),
    path("w/items/<uuid:ref>/notice/", notices.compose, name="material-compose"),
    path("w/items/<uuid:ref>/seen/", notices.seen, name="material-seen"),
    path("w/items/<uuid:ref>/", item.item, name="material-item"),
    path("w/items/<uuid:ref>/capture/", evidence.capture, name="material-capture"),
    path("w/items/<uuid:ref>/dispose/", evidence.dispose, name="material-dispose"),
    path("w/items/<uuid:ref>/evidence/upload/", uploads.upload, name="material-evidence-upload"),
    path("w/items/<uuid:ref>/evidence/export/", evidence.export, name="material-evidence-export"),
    path(
        "w/items/<uuid:ref>/evidence/<int:number>/<slug:role>/", evidence.file, name="material-evidence-file"
    ),
    path("w/items/<uuid:ref>/examine/", item.examine, name="material-examine"),
    path("w/items/<uuid:ref>/lawful/", item.lawful, name="material-lawful"),
    path("w/items/<uuid:ref>/do/", item.act, name="material-act"),
    path("w/r/<uuid:ref>/items/", report_tab.of_report, name="material-of-report"),
]
