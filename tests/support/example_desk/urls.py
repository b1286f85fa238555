from django.urls import path

from tests.support.example_desk import pages

urlpatterns = [
    path("w/r/<uuid:ref>/example-checks/", pages.of_report, name="example-checks"),
    path("w/visits/", pages.visit_list, name="example-visits"),
    path("w/visits/<uuid:ref>/", pages.visit, name="example-visit"),
    path("w/visits/<uuid:ref>/<slug:move>/", pages.visit_move, name="example-visit-move"),
]
