"""Register the protective security desk's additions to the core."""

from __future__ import annotations

from heedline.audit.acts import DeskActs
from heedline.casework.access.session import Attendance
from heedline.casework.pages.desk_tabs import MenuLink, ReportPlace, ReportTab
from heedline.casework.records import record_index
from heedline.casework.report.notes import SealedParts
from heedline.config.specialist_desks import DeskRoutes
from heedline.desk_hooks.register import SpecialistDesk
from heedline.jobs.demonstration.desks import DemoData
from heedline.permits.roles import DeskGrants, Grant, Role
from heedline.specialist_desks.protection import demo, earlier_sites, sites
from heedline.specialist_desks.protection.kinds import SITE_KIND, VISIT_KIND
from heedline.specialist_desks.protection.vocabulary import (
    SITE,
    SITE_OF_REQUEST,
    VISIT,
    ProtectionAct,
    ProtectionCapability,
)


def _advises(by: Attendance) -> bool:
    return bool(sites.desks_of(by))


DESK = SpecialistDesk(
    code="protection",
    name="Protective security",
    hooks=(
        DeskActs(
            {
                ProtectionAct.SITE_MOVED: "Opened the record of a site, or changed it",
                ProtectionAct.SITE_PRINTED: "Opened the copy for printing of a site, with its weak spots",
                ProtectionAct.VISIT_MOVED: "Planned a visit of a site, or moved one on",
                ProtectionAct.REPORT_SENT: "Put the report of a visit into the mailbox of a request",
                ProtectionAct.REQUEST_LINKED: "Noted which site a request for advice is about",
            }
        ),
        DeskGrants(
            {
                ProtectionCapability.ADVISE: Grant(
                    words="Keep the records of sites at a desk of advisers",
                    roles=frozenset({Role.OFFICER, Role.SUPERVISOR}),
                ),
                ProtectionCapability.LEAD: Grant(
                    words="End the follow-up of a visit without an answer", roles=frozenset({Role.SUPERVISOR})
                ),
            }
        ),
        DeskRoutes(office="heedline.specialist_desks.protection.urls"),
        SealedParts(
            {
                SITE: "the record of a site",
                VISIT: "the record of a visit",
                SITE_OF_REQUEST: "the site that a request is about",
            }
        ),
        SITE_KIND,
        VISIT_KIND,
        record_index.indexing_of(SITE_KIND, earlier_sites.keys_of),
        DemoData(demo.load),
        MenuLink(url="protection-sites", text="Sites", shown=_advises),
        ReportTab(
            url="protection-site-of-request",
            text="Site",
            place=ReportPlace.ASSESS,
            capability=ProtectionCapability.ADVISE,
            shown=sites.is_request,
        ),
    ),
)
