from django.urls import path

from heedline.specialist_desks.material.pages import evidence, item, queue, report_tab, welfare

urlpatterns = [
    path("w/items/", queue.queue, name="material-queue"),
    path("w/items/add/", queue.add, name="material-add"),
    path("w/items/breaks/", welfare.welfare, name="material-welfare"),
    path("w/items/checks/", evidence.checks, name="material-checks"),
    path("w/items/<uuid:ref>/", item.item, name="material-item"),
    path("w/items/<uuid:ref>/capture/", evidence.capture, name="material-capture"),
    path("w/items/<uuid:ref>/evidence/export/", evidence.export, name="material-evidence-export"),
    path(
        "w/items/<uuid:ref>/evidence/<int:number>/<slug:role>/", evidence.file, name="material-evidence-file"
    ),
    path("w/items/<uuid:ref>/examine/", item.examine, name="material-examine"),
    path("w/items/<uuid:ref>/do/", item.act, name="material-act"),
    path("w/r/<uuid:ref>/items/", report_tab.of_report, name="material-of-report"),
]
