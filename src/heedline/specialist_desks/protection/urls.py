from django.urls import path

from heedline.specialist_desks.protection.pages import (
    recommendation_pages,
    report_page,
    site_pages,
    visit_pages,
)

urlpatterns = [
    path("w/r/<uuid:ref>/site/", site_pages.of_request, name="protection-site-of-request"),
    path("w/r/<uuid:ref>/site/join/", site_pages.join_request, name="protection-join-request"),
    path("w/sites/", site_pages.site_list, name="protection-sites"),
    path("w/sites/new/", site_pages.new_site, name="protection-new-site"),
    path("w/sites/<uuid:ref>/", site_pages.site, name="protection-site"),
    path("w/sites/<uuid:ref>/change/", site_pages.change_site, name="protection-change-site"),
    path("w/sites/<uuid:ref>/print/", site_pages.print_site, name="protection-print-site"),
    path("w/sites/<uuid:ref>/visit/", visit_pages.plan_visit, name="protection-plan-visit"),
    path("w/sites/<uuid:ref>/<slug:move>/", site_pages.site_move, name="protection-site-move"),
    path("w/site-visits/", visit_pages.visit_list, name="protection-visits"),
    path("w/site-visits/<uuid:ref>/", visit_pages.visit, name="protection-visit"),
    path("w/site-visits/<uuid:ref>/change/", visit_pages.change_visit, name="protection-change-visit"),
    path(
        "w/site-visits/<uuid:ref>/recommend/",
        recommendation_pages.new_recommendation,
        name="protection-recommend",
    ),
    path(
        "w/site-visits/<uuid:ref>/recommendations/<int:number>/",
        recommendation_pages.recommendation,
        name="protection-recommendation",
    ),
    path(
        "w/site-visits/<uuid:ref>/recommendations/<int:number>/remove/",
        recommendation_pages.remove_recommendation,
        name="protection-remove-recommendation",
    ),
    path("w/site-visits/<uuid:ref>/send/", report_page.send_report, name="protection-send-report"),
    path("w/site-visits/<uuid:ref>/<slug:move>/", visit_pages.visit_move, name="protection-visit-move"),
]
