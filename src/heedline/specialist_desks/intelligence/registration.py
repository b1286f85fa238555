"""Register the intelligence desk's additions to the core."""

from __future__ import annotations

from heedline.audit.acts import DeskActs
from heedline.casework.access.session import Attendance
from heedline.casework.pages.desk_tabs import DeskWork, MenuLink, ReportPlace, ReportTab
from heedline.casework.report.notes import SealedParts
from heedline.config.specialist_desks import DeskRoutes
from heedline.desk_hooks.register import SpecialistDesk
from heedline.jobs.demonstration.desks import DemoData
from heedline.permits.roles import DeskGrants, Grant, Role
from heedline.specialist_desks.intelligence import deciding, demo, products, receiving
from heedline.specialist_desks.intelligence.kind import KIND, RECEIVED_KIND, SENT_KIND
from heedline.specialist_desks.intelligence.vocabulary import (
    PRODUCT,
    RECEIVED,
    SENT,
    IntelligenceAct,
    IntelligenceCapability,
)

_WORK = frozenset({Role.OFFICER, Role.SUPERVISOR})


def _writes(by: Attendance) -> bool:
    return bool(products.desks_of(by))


DESK = SpecialistDesk(
    code="intelligence",
    name="Intelligence reports",
    hooks=(
        DeskActs({IntelligenceAct.MOVED: "Began an intelligence product, or moved one on"}),
        DeskGrants(
            {
                IntelligenceCapability.WRITE: Grant(
                    words="Write, send and receive intelligence products", roles=_WORK
                ),
                IntelligenceCapability.APPROVE: Grant(
                    words="Approve intelligence products", roles=_WORK, can_need_training=True
                ),
            }
        ),
        DeskRoutes(office="heedline.specialist_desks.intelligence.urls"),
        SealedParts(
            {
                PRODUCT: "an intelligence product",
                SENT: "to whom a product was sent, and why",
                RECEIVED: "a product that another desk sent",
            }
        ),
        KIND,
        SENT_KIND,
        RECEIVED_KIND,
        DemoData(demo.load),
        DeskWork(deciding.to_approve),
        DeskWork(receiving.waiting),
        MenuLink(url="intelligence-products", text="Products", shown=_writes),
        ReportTab(
            url="intelligence-of-report",
            text="Product",
            place=ReportPlace.CLOSING,
            capability=IntelligenceCapability.WRITE,
            shown=lambda _, by: _writes(by),
        ),
    ),
)
