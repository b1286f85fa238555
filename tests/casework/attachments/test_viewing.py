"""Tests for opening a file, which is logged first and needs a single-use token for a file that the officer may see."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from uuid import UUID, uuid4

import pytest
from django.db import connection
from PIL import Image

from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.attachments import deriving, redeeming, viewing
from heedline.casework.attachments.stored_objects import storage
from heedline.casework.attachments.view_content import VIEW, Derived, ViewContent, keys_of
from heedline.casework.attachments.viewing import OriginalReason
from heedline.casework.errors import CannotOpen, NotHere
from heedline.casework.people import viewing_minutes
from heedline.casework.people.viewing_minutes import ViewingTotal
from heedline.casework.retention import keeping
from heedline.casework.setup import stewardship
from heedline.desks.models import Appointment, ViewingMinutes
from heedline.files.derivatives import DerivativePart, FinishedPart, MadeDerivative, PartRole, making
from heedline.permits.gate import Refused
from heedline.permits.models import OfficeSession, ViewToken
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Derivative, DeskFile, ReportFile, SealedHeader
from tests.rules.files.test_derivative_documents import RED, WORDS, pdf
from tests.support.acting import acting
from tests.support.derivatives import sandbox
from tests.support.files_scene import add_file, picture, with_file
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import SOUTH_WEST, People, logged

__all__ = ["sandbox"]
pytestmark = pytest.mark.django_db
WHY = "Needed for the file of the investigation"


def opened(people: People, ref: UUID, container: UUID, name: str = "Odile") -> str:
    with people.sitting(name) as by:
        return viewing.open_file(ref, container, by=by, at=people.at)


def used(token: str) -> str:
    with acting("files"):
        return redeeming.use_token(token)


def content(capability: str, *, uncovered: bool = False) -> ViewContent:
    with acting("files"):
        return redeeming.content_of(capability, uncovered=uncovered)


def derived(capability: str) -> Derived:
    with acting("files"):
        found = deriving.derived_or_begun(capability, redeeming.content_of(capability, uncovered=False))
    assert found is not None
    return found


def closed_to(capability: str) -> bool:
    """Return whether a capability opens nothing."""
    try:
        content(capability)
    except NotHere:
        return True
    return False


# --- the first look --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("sandbox")
def test_the_first_look_makes_a_derivative_and_the_second_gets_no_key_of_the_original(people: People) -> None:
    data = picture()
    ref, container = with_file(people, data)
    capability = used(opened(people, ref, container))
    assert content(capability).original is not None
    found = derived(capability)
    assert [(one.role, one.number, one.width, one.height) for one in found.parts] == [("page", 1, 400, 300)]
    with acting("files"):
        shown = b"".join(redeeming.read_part(found, "page", 1, 0, found.parts[0].length))
    assert Image.open(io.BytesIO(shown)).size == (400, 300)
    row = Derivative.objects.get(file=container)
    assert row.report_id == ref
    addressed = SealedHeader.objects.get(report=ref, part="report").epochs
    for part in (row.container, row.description):
        assert SealedHeader.objects.get(container=part).epochs == addressed
    assert content(capability).original is None, "what made it is forgotten with it"
    assert logged("derivative-made", thing=ref)[0].detail == {"file": str(container)}

    again = used(opened(people, ref, container, "Olga"))
    assert content(again).original is None
    assert derived(again).parts == found.parts
    assert Derivative.objects.count() == 1
    with people.sitting("Odile") as by:
        (line,) = viewing.files_of(ref, by=by, at=people.at).files
        described = viewing._descriptions(viewing.find(ref, by=by, at=people.at), by.keys())[container].words
    assert (line.line.name, line.line.length, line.derived is not None) == ("IMG_0001.jpg", len(data), True)
    assert described["original"] == hashlib.sha256(data).hexdigest()
    assert described["sums"] == [hashlib.sha256(shown).hexdigest()]


@pytest.mark.usefixtures("sandbox")
def test_the_later_pages_of_a_long_document_are_made_when_they_are_asked_for(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "PAGES", 2)
    ref, container = with_file(
        people, pdf(RED, WORDS, RED), kind="pdf", media="application/pdf", name="l.pdf"
    )

    def shown(group: int) -> list[int]:
        with people.sitting("Odile") as by:
            token = viewing.open_file(ref, container, group=group, by=by, at=people.at)
        return [one.number for one in derived(used(token)).parts]

    with pytest.raises(NotHere):
        shown(2)  # nothing is known of it yet
    assert (shown(1), shown(2), shown(2)) == ([1, 2], [3], [3])
    for group in (0, 3, 99):
        with pytest.raises(NotHere):
            shown(group)
    assert sorted(Derivative.objects.values_list("number", flat=True)) == [1, 2]
    with people.sitting("Odile") as by:
        (line,) = viewing.files_of(ref, by=by, at=people.at).files
    assert line.derived is not None
    assert (line.derived.pages, viewing.groups_of(line.derived)) == (3, 2)


def test_each_look_is_logged_with_the_file_before_the_token_leaves(people: People) -> None:
    ref, container = with_file(people)
    opened(people, ref, container)
    opened(people, ref, container, "Olga")
    events = logged("file-viewed", thing=ref)
    assert [one.detail for one in events] == [{"file": str(container)}] * 2
    assert [one.actor for one in events] == [people.house.officers[n].id for n in ("Odile", "Olga")]
    assert not Event.objects.filter(detail__icontains="IMG_0001").exists()


@pytest.mark.usefixtures("sandbox")
def test_what_is_not_what_the_manifest_names_is_never_shown(people: People) -> None:
    ref, container = with_file(people)
    other = add_file(ref, picture((40, 30)), at=people.at, name="other.jpg")
    # somebody puts the object of one file in the place of another
    swapped = ReportFile.objects.get(container=other)
    ReportFile.objects.filter(container=other).delete()
    ReportFile.objects.filter(container=container).update(object=swapped.object, size=swapped.size)
    with pytest.raises(NotHere):
        opened(people, ref, container)
    fresh = add_file(ref, picture(), at=people.at, name="third.jpg")
    row = ReportFile.objects.get(container=fresh)
    capability = used(opened(people, ref, fresh))
    head = storage().read(row.object, 0, row.size)
    storage().append(row.object, head[:40] + bytes([head[40] ^ 1]) + head[41:], at=0)
    assert derived(capability).failure == deriving.CHANGED
    assert not Derivative.objects.filter(file=fresh).exists()


@pytest.mark.usefixtures("sandbox")
def test_a_derivative_of_another_file_is_never_shown_in_its_place(people: People) -> None:
    """An attacker with write access to the database gives a file the derivative of the report's other file."""
    ref, one = with_file(people)
    other = add_file(ref, picture((40, 30)), at=people.at, name="other.jpg")
    for container in (one, other):
        derived(used(opened(people, ref, container)))
    Derivative.objects.filter(file=one).delete()
    Derivative.objects.filter(file=other).update(file=one)
    with pytest.raises(CannotOpen):
        opened(people, ref, one)


def test_without_a_sandbox_nothing_is_decoded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    ref, container = with_file(people)
    monkeypatch.setattr(making, "sandbox_missing", lambda: "bubblewrap is not installed")
    monkeypatch.setattr(making, "in_memory", lambda *_, **__: pytest.fail("the file was read"))
    found = derived(used(opened(people, ref, container)))
    assert (found.parts, found.failure) == ((), "no-sandbox")
    assert not Derivative.objects.exists()


def test_the_beginning_of_a_film_is_there_while_the_rest_is_being_made(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, container = with_file(people, b"a film", kind="film", media="video/mp4", name="a.mp4")
    capability = used(opened(people, ref, container))
    seen: list[tuple[str, bytes]] = []

    def make(
        kind: object, plaintext: Iterable[bytes], sink: deriving.ObjectSink, limits: object
    ) -> MadeDerivative:
        assert b"".join(plaintext) == b"a film"
        for role, data in (
            (PartRole.POSTER, b"poster"),
            (PartRole.START, b"beginning"),
            (PartRole.FILM, b"all"),
        ):
            part = DerivativePart(role, 1, "video/mp4")
            sink.begin(part)
            sink.write(data)
            sink.end(FinishedPart(part, len(data), ""))
        found = deriving.early_parts(capability)
        seen.extend((one.role, deriving.early_bytes(capability, one.role, one.number)) for one in found)
        return MadeDerivative(pages=1)

    monkeypatch.setattr(deriving, "make", make)
    found = derived(capability)
    assert seen == [("poster", b"poster"), ("start", b"beginning")], "never the whole in memory"
    with acting("files"):
        assert b"".join(redeeming.read_part(found, "film", 1, 0, 3)) == b"all"
    assert deriving.early_parts(capability) == []
    with pytest.raises(NotHere):
        deriving.early_bytes(capability, "start", 1)


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_a_token_works_once_and_within_sixty_seconds(people: People) -> None:
    ref, container = with_file(people)
    token = opened(people, ref, container)
    capability = used(token)
    with pytest.raises(NotHere):
        used(token)
    assert not closed_to(capability)
    assert closed_to(token), "the token is no capability"
    with pytest.raises(NotHere):
        used(capability)  # and the other way round
    late = opened(people, ref, container)
    row = ViewToken.objects.get(digest=keys_of(late, VIEW).row_id)
    assert 0 < (row.expires_at - people.at).total_seconds() < 120
    ViewToken.objects.filter(digest=row.digest).update(expires_at=people.at)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE permits_view_token SET expires_at = now() WHERE NOT used")
    with pytest.raises(NotHere):
        used(late)
    with pytest.raises(NotHere):
        used("A" * 43)


def test_a_capability_ends_after_a_quarter_hour_without_use_and_after_two_hours(people: People) -> None:
    ref, container = with_file(people)
    capability = used(opened(people, ref, container))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE permits_view_token SET expires_at = now() + interval '5 minutes'")
    assert not closed_to(capability)
    with connection.cursor() as cursor:
        cursor.execute("SELECT expires_at > now() + interval '14 minutes' FROM permits_view_token")
        assert cursor.fetchone() == (True,), "use prolongs it"
        cursor.execute(
            "UPDATE permits_view_token SET ends_at = now() + interval '1 minute', expires_at = now()"
        )
    assert closed_to(capability)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE permits_view_token SET expires_at = now() + interval '1 second'")
    assert not closed_to(capability)
    with connection.cursor() as cursor:
        cursor.execute("SELECT expires_at <= ends_at FROM permits_view_token")
        assert cursor.fetchone() == (True,), "and never beyond its end"


@pytest.mark.parametrize(
    "end", ["session", "expired", "lock", "sign-out", "appointment", "suspended", "moved"]
)
def test_nothing_is_shown_any_longer_when_its_officer_may_not_see_it(people: People, end: str) -> None:
    ref, container = with_file(people)
    capability, token = used(opened(people, ref, container)), opened(people, ref, container)
    officer = people.house.officers["Odile"]
    match end:
        case "session":
            OfficeSession.objects.filter(officer=officer).delete()
        case "expired":
            OfficeSession.objects.filter(officer=officer).update(expires_at=people.at)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE permits_session SET expires_at = now()")
        case "lock" | "sign-out":
            with people.sitting("Odile") as by:
                (session.lock if end == "lock" else session.signed_out)(by)
        case "appointment":
            Appointment.objects.filter(officer=officer).update(ended_on=people.at.date())
        case "suspended":
            type(officer).objects.filter(pk=officer.pk).update(is_active=False)
        case "moved":
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")  # no trigger holds it up
                cursor.execute(
                    "UPDATE reports_report SET desk_id = %s, watch_id = NULL",
                    [people.house.desks["south-west"].id],
                )
                cursor.execute("SET session_replication_role = DEFAULT")
    assert closed_to(capability)
    with pytest.raises(NotHere):
        used(token)


def test_a_file_is_opened_only_by_its_desk_and_only_under_its_report(people: People) -> None:
    ref, container = with_file(people)
    other, _ = people.taken("Odile")
    for name, where, what in (("Sam", ref, container), ("Odile", other, container), ("Odile", ref, uuid4())):
        if name not in people.house.officers:
            continue
        with pytest.raises(NotHere):
            opened(people, where, what, name)
    assert not ViewToken.objects.exists()
    assert logged("file-viewed", refused=True)
    with people.sitting("Odile", unlocked=False) as by:
        session.lock(by)
    with pytest.raises(session.Locked), people.sitting("Odile") as by:
        viewing.open_file(ref, container, by=by, at=people.at)


def test_a_capability_reads_its_own_file_and_no_byte_beyond_it(people: People) -> None:
    ref, container = with_file(people)
    capability = used(opened(people, ref, container))
    with acting("files"):
        found = redeeming.content_of(capability, uncovered=False)
        assert found.original is not None
        for start, length in ((0, found.original.length + 1), (found.original.length, 1)):
            with pytest.raises(CannotOpen):
                list(redeeming.read_stored(found.original, start, length))


# --- originals -------------------------------------------------------------------------------------------------------


def test_an_original_leaves_with_a_reason_of_a_supervisor_once(people: People) -> None:
    with_leads(people)
    data = picture()
    ref, container = with_file(people, data)
    with pytest.raises(Refused), people.sitting("Odile") as by:
        viewing.take_original(ref, container, OriginalReason.EVIDENCE, WHY, by=by, at=people.at)
    with people.sitting("Olga") as by:
        token = viewing.take_original(ref, container, OriginalReason.EVIDENCE, WHY, by=by, at=people.at)
    (event,) = logged("original-taken", thing=ref)
    assert event.detail["reason"] == "evidence"
    assert WHY not in str(event.detail)
    assert logged("original-taken", thing=ref, refused=True)
    with pytest.raises(NotHere):
        used(token)  # it shows nothing
    with acting("files"):
        taken = redeeming.take_original(token)
        assert b"".join(taken.content) == data
        assert taken.length == len(data)
        assert "IMG" not in taken.name
        with pytest.raises(NotHere):
            redeeming.take_original(token)


def test_a_token_to_look_takes_no_original_out(people: People) -> None:
    ref, container = with_file(people)
    token = opened(people, ref, container)
    with acting("files"), pytest.raises(NotHere):
        redeeming.take_original(token)


def test_no_original_of_a_restricted_report_leaves(people: People) -> None:
    with_leads(people)
    ref, container = with_file(people)
    with people.sitting("Olga") as by:
        keeping.hold(ref, "restriction", WHY, by=by, at=people.at)
        assert viewing.files_of(ref, by=by, at=people.at).why_no_original
        with pytest.raises(NotNow):
            viewing.take_original(ref, container, OriginalReason.EVIDENCE, WHY, by=by, at=people.at)


# --- welfare ---------------------------------------------------------------------------------------------------------


def test_minutes_with_something_uncovered_are_counted_once_each(people: People) -> None:
    ref, container = with_file(people)
    first, second = (used(opened(people, ref, container)) for _ in range(2))
    content(first)
    assert not ViewingMinutes.objects.exists(), "a covered file is none"
    for capability in (first, second, first):
        content(capability, uncovered=True)
    row = ViewingMinutes.objects.get()
    assert (row.officer_id, row.minutes) == (people.house.officers["Odile"].id, 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desks_viewing_minutes SET minute = minute - interval '1 minute'")
    content(first, uncovered=True)
    assert ViewingMinutes.objects.get().minutes == 2
    with people.sitting("Odile"):
        assert ViewingMinutes.objects.count() == 1
    with people.sitting("Olga"):
        assert ViewingMinutes.objects.count() == 0, "of colleagues nothing is seen"


def test_the_role_for_welfare_sees_totals_and_nothing_else(people: People) -> None:
    house = people.house
    with acting("office"):
        stewardship.appoint(house.officers["Ned"], Role.WELFARE, None, hands=house.hands, at=people.at)
    ref, container = with_file(people)
    content(used(opened(people, ref, container)), uncovered=True)
    with people.sitting("Ned", unlocked=False) as ned:
        assert viewing_minutes.totals(by=ned, at=people.at) == (ViewingTotal("Odile O.", 1, 1, 1),)
        assert not ReportFile.objects.exists()
        with pytest.raises(NotHere):
            viewing.open_file(ref, container, by=ned, at=people.at)
    assert logged("welfare-read")
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        viewing_minutes.totals(by=odile, at=people.at)
    assert logged("welfare-read", refused=True)


def test_a_record_of_ones_own_opens_no_report_of_another_desk(people: People) -> None:
    """Desks choose for themselves what their records are about, so that must not grant access."""
    ref, _ = people.send(**SOUTH_WEST)
    with people.sitting("Odile") as by:
        row = OfficeSession.objects.get(officer_id=by.officer_id).row
        for thing in (ref, uuid4()):
            DeskFile.objects.create(
                container=uuid4(), desk_id=by.desk_ids[0], thing=thing, object=uuid4(), size=1, state="kept"
            )
        things = list(DeskFile.objects.values_list("thing", flat=True))
    with acting("usher"), connection.cursor() as cursor:
        reached = {}
        for thing in things:
            cursor.execute("SELECT viewer.reaches(%s, %s, NULL)", [bytes(row), thing])
            reached[thing] = cursor.fetchone()[0]
    assert reached[ref] is False
    assert sorted(reached.values()) == [False, True]
