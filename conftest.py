"""The tests' database: a real PostgreSQL, prepared before Django is imported (tests/support/prepared.py). Each test runs in a
transaction that is rolled back; a test acts as one of the processes inside `acting(...)`. A test that asks for `house`
finds it built (tests/support/furnished.py)."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import LazySettings
from django.core.signals import setting_changed
from django.test.signals import root_urlconf_changed
from pytest_django.plugin import blocking_manager_key
from tests.support.database import forget_the_desk
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from heedline.config.starting import loading, set_up_django
from heedline.vault import passphrases

if TYPE_CHECKING:
    from tests.support.cast import House

    from heedline.desks.models import Desk

set_up_django()  # before the conftests of folders, which know models
forget_the_desk()

# A site's routes are chosen by a setting, for each request of a test (tests/support/site_client.py). Django then forgets the
# routes of all sites and reads them anew, which took half the time of a request. They are kept by the name of their
# module, and no test changes a module's routes.
setting_changed.disconnect(root_urlconf_changed)


def _set(self: LazySettings, name: str, value: object) -> None:
    """Set a setting, or all of them, as Django does, but swap all of them in one step.

    Django takes away those that hold before it puts the others in their place. A thread that answers a browser, or another
    one of a race, would find none at all in between.
    """
    if name == "_wrapped":
        self.__dict__[name] = value
        for kept in [one for one in list(self.__dict__) if one != name]:
            self.__dict__.pop(kept, None)
    else:
        _djangos_set(self, name, value)


_djangos_set = LazySettings.__setattr__
LazySettings.__setattr__ = _set  # type: ignore[method-assign]

#: The same passphrase and salt always give the same key, and the people of the house unlock in nearly every test.
_stretched_once = lru_cache(maxsize=256)(passphrases._stretched)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database stands already, migrated by the real migrations under the real roles."""
    from django.conf import settings
    from tests.support import database

    if settings.DATABASES["default"]["NAME"] != database.database():
        pytest.exit(
            "Two processes of tests would share one database: see tests/support/prepared.py", returncode=1
        )


#: All its files begin at the evening of one day, which is lived once in a process: one worker runs them.
CUSTODY = "tests/custody/"
#: They start one demonstration, which the first of them makes: one worker runs them, in this order.
DEMONSTRATION = ("tests/laws/test_launch.py", "tests/laws/test_attack.py")
#: What takes long in one file, or in every file of a folder: started first, so that no worker is left alone with it.
LONG = (
    CUSTODY,
    *DEMONSTRATION,
    "tests/laws/test_routes.py",
    "tests/laws/test_dump_law.py",
    "tests/journeys/",
)
#: Files of a second or less: given out last, so that all workers end together.
SHORT = "tests/rules/"
#: Among them, what starts a sandbox for each test.
NOT_SHORT = "tests/rules/files/"


class _FilesTogether(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """Gives each worker whole files, one of them all of custody, and one all that starts the demonstration."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(DEMONSTRATION):
            return DEMONSTRATION[0]
        return CUSTODY if nodeid.startswith(CUSTODY) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Take the place of xdist's own `--dist loadfile`."""
    return _FilesTogether(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Read the tests with the garbage collector held back, and keep it from looking at them ever after."""
    with loading():
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the long files first and the short ones last, and leave all others in random order.

    Within a file, tests in a browser without scripts run after those with scripts, because axe has then checked most of their
    pages (tests/browser/kit.py).
    """
    files = {file: at for at, file in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(key=lambda item: (_turn(item.nodeid), files[item.path], _without_scripts(item)))


def _without_scripts(item: pytest.Item) -> bool:
    return (
        isinstance(item, pytest.Function)
        and hasattr(item, "callspec")
        and not item.callspec.params.get("scripts", True)
    )


def _turn(nodeid: str) -> int:
    for at, name in enumerate(LONG):
        if nodeid.startswith(name):
            return at
    return len(LONG) + (nodeid.startswith(SHORT) and not nodeid.startswith(NOT_SHORT))


#: The events that an xdist worker sends about a running test, in five messages.
_OF_ONE_TEST = {"logstart", "testreport", "logfinish"}


class _InOneMessage:
    """Replaces a worker's `sendevent` to send all events of a test in one message when the test is over.

    xdist packs and unpacks each message in pure Python, which took half a millisecond for each test.
    """

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.send = send
        self.said: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, name: str, **told: Any) -> None:
        self.said.append((name, told))
        if name not in _OF_ONE_TEST:
            self.send(pickle.dumps(self.said))
            self.said = []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Combine the messages that an xdist worker sends about a test."""
    for plugin in session.config.pluginmanager.get_plugins():
        if type(plugin).__name__ == "WorkerInteractor":  # xdist runs that module under another name
            plugin.sendevent = _InOneMessage(plugin.channel.send)  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Split the combined messages in the process that distributes the tests."""
    one = node.process_from_remote

    def each(message: Any) -> None:
        said = pickle.loads(message) if isinstance(message, bytes) else [message]  # noqa: S301 - from our own worker
        for event in said:
            one(event)

    node.process_from_remote = each


#: When each worker of xdist ended, in this process's monotonic time.
_ended: dict[str, float] = {}
_began = time.monotonic()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController, error: object) -> None:
    """Note when a worker of xdist ended."""
    _ended[node.gateway.id] = time.monotonic()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say when each worker ended: the seconds between them are lost."""
    if len(_ended) > 1:
        said = ", ".join(f"{name} after {at - _began:.0f} s" for name, at in sorted(_ended.items()))
        terminalreporter.write_line(f"workers ended: {said}")


#: Fixtures whose name is that of a database in which they stand. A test that asks for several runs in the first.
STANDING = ("things", "full_desks", "council", "kiteboard", "taken_item", "material", "leads", "house")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Choose the database that a test runs in, before its transaction begins."""
    if os.environ.get("HEEDLINE_NO_DATABASE"):
        return
    from tests.support import furnished

    with item.config.stash[blocking_manager_key].unblock():
        furnished.enter(_asked_for(item))


def _asked_for(item: pytest.Item) -> str:
    asked = getattr(item, "fixturenames", ())
    return next((name for name in STANDING if name in asked), "")


@pytest.fixture
def house(db: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> House:
    """A whole small installation: see tests/support/cast.py."""
    from tests.support import furnished

    monkeypatch.setattr(passphrases, "_stretched", _stretched_once)
    return furnished.house(_asked_for(request.node))


@pytest.fixture
def council(house: House) -> Desk:
    """A partner outside, where Petra and Pavel work: see `add_partner` in tests/support/cast.py."""
    return house.desks["northgate"]


@pytest.fixture
def full_desks(house: House) -> House:
    """The same with a report at each desk that has a row in every table: see tests/laws/row_wall_scene.py."""
    return house


@pytest.fixture
def material(house: House) -> House:
    """The house with an online material desk: see tests/support/material_scene.py."""
    return house


@pytest.fixture
def leads(house: House, request: pytest.FixtureRequest) -> House:
    """The house in which Olga and Nadia lead their desks and Ned oversees: see tests/support/keeping_scene.py."""
    if _asked_for(request.node) != "leads":
        from tests.support.cast import now
        from tests.support.keeping_scene import with_leads
        from tests.support.scene_people import People

        with_leads(People(house, now()))
    return house


@pytest.fixture
def taken_item(material: House) -> House:
    """The same with an item that Odile is examining: `WithTaken` in tests/support/material_scene.py is its people."""
    return material


@pytest.fixture
def kiteboard(material: House) -> House:
    """The same with an unlawful item of Kiteboard: `WithItem` in tests/support/notice_scene.py is its people."""
    return material


@pytest.fixture(scope="module", autouse=True)
def _leaves_the_database_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """A file of tests that leaves something committed fails, and the next one gets a new database all the same."""
    yield
    if os.environ.get("HEEDLINE_NO_DATABASE"):
        return
    from tests.support import database, furnished

    if marked := furnished.changed():
        pytest.fail(f"{request.node.nodeid} leaves its mark where the house stands: {', '.join(marked)}")
    left = database.look(database.EMPTY).execute("SELECT count(*) FROM desks_organisation").fetchone()
    if left and left[0]:
        database.enter(database.EMPTY)
        database.reset()
        pytest.fail(f"{request.node.nodeid} leaves {left[0]} organisations in the database")
