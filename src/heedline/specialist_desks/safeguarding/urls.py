from django.urls import path

from heedline.specialist_desks.safeguarding.pages import (
    case_pages,
    check_pages,
    consent_pages,
    entrance_pages,
    session_pages,
)

urlpatterns = [
    path("w/r/<uuid:ref>/case/", entrance_pages.of_report, name="safeguarding-of-report"),
    path("w/r/<uuid:ref>/case/open/", entrance_pages.open_case, name="safeguarding-open"),
    path("w/cases/", case_pages.case_list, name="safeguarding-cases"),
    path("w/cases/<uuid:ref>/", case_pages.case, name="safeguarding-case"),
    path("w/cases/<uuid:ref>/write/", case_pages.write, name="safeguarding-write"),
    path("w/cases/<uuid:ref>/offer/", case_pages.offer, name="safeguarding-offer"),
    path("w/cases/<uuid:ref>/consent/", consent_pages.record_consent, name="safeguarding-consent"),
    path("w/cases/<uuid:ref>/sessions/", session_pages.plan, name="safeguarding-plan"),
    path("w/cases/<uuid:ref>/sessions/reports/", session_pages.take_reports, name="safeguarding-reports"),
    path("w/sessions/<uuid:ref>/", session_pages.one, name="safeguarding-session"),
    path("w/sessions/<uuid:ref>/<slug:move>/", session_pages.session_move, name="safeguarding-session-move"),
    path("w/cases/<uuid:ref>/<slug:move>/", case_pages.case_move, name="safeguarding-move"),
    path("w/child-checks/<uuid:ref>/", check_pages.check, name="safeguarding-child-check"),
    path("w/child-checks/<uuid:ref>/<slug:move>/", check_pages.check_move, name="safeguarding-check-move"),
]
