"""The whole walk at a table: root key, two stewards, a desk, its recovery key on paper, everything lost, three shares."""

from __future__ import annotations

import contextlib
import html
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from pypdf import PdfReader
from pytest_django import Settings

from heedline.casework.access import keyring
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.signing import Hand
from heedline.casework.setup import ceremonies as casework_ceremonies
from heedline.casework.setup import enrolment, key_overview, leavers
from heedline.desks.models import Appointment, Officer, StandingInstallation
from heedline.jobs import cli
from heedline.jobs.keys import ceremonies, share_papers
from heedline.jobs.keys import commands as keys
from heedline.permits.gate import Refused
from heedline.vault.statements.signed import ROOT
from tests.casework.setup.test_recovery import HOLDERS, loses_everything
from tests.support import pdf_ua
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db
SHARE = re.compile(r"<li>([a-z]+)</li>")

type Run = Callable[..., int]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is typed, one after the other: text, or a function of what the screen has said so far."""
    lines: list[Any] = []

    def ask(words: str) -> str:
        line = lines.pop(0)
        return str(line() if callable(line) else line)

    monkeypatch.setattr(ceremonies, "ask", ask)
    monkeypatch.setattr(keys, "ask", ask)
    return lines


@pytest.fixture
def run() -> Iterator[Run]:
    """The command, in this process and under the office's role."""

    def call(*words: str) -> int:
        with acting("office"):
            return keys.run(cli.parser().parse_args(["keys", *words]))

    return call


def steward_hand(officer: Officer, heard: str) -> Hand:
    """A steward's hand, by one of the passphrases that the screen has shown."""
    for words in re.findall(r"Your passphrase.*:  (.+)", heard):
        with contextlib.suppress(WrongPassphrase):
            return casework_ceremonies.hand_of(officer.email, words)
    raise AssertionError(officer.name)


def holders() -> list[str]:
    return [word for name in HOLDERS for word in ("--holder", name)]


def read(folder: Path) -> list[str]:
    """The shares off the papers."""
    found = [" ".join(SHARE.findall(path.read_text())) for path in sorted(folder.glob("*.html"))]
    assert [len(one.split()) for one in found] == [33] * 5
    return found


@pytest.fixture
def on_html(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers that a test can read."""
    monkeypatch.setattr(share_papers, "_pdf", lambda page: None)


@pytest.mark.usefixtures("on_html")
def test_an_installation_begins_with_three_shares_and_two_stewards(
    run: Run, typed: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    assert run("root", "--papers", str(tmp_path / "root"), *holders()) == 0
    said = capsys.readouterr().out
    public = re.search(r"HEEDLINE_ROOT=([0-9a-f]{64})", said)
    words = re.search(r"Words of the key: (.+)", said)
    assert public
    assert words
    settings.ROOT = public.group(1)
    key_directory.forget()
    shares = read(tmp_path / "root")
    assert all(one not in said for one in shares)
    typed += [shares[4], shares[0].upper(), shares[2]]
    assert run("check") == 0
    assert words.group(1) in capsys.readouterr().out

    heard = ""

    def last(kind: str) -> Callable[[], str]:
        def find() -> str:
            nonlocal heard
            heard += capsys.readouterr().out
            return re.findall(rf"{kind}.*:  (.+)", heard)[-1]

        return find

    typed += shares[1:4]
    for _ in range(2):
        typed += ["a password of twelve", last("Your passphrase"), last("Your recovery sheet")]
    begin = ["begin", "--code", "unit", "--organisation", "The Unit"]
    stewards = ["--steward", "stella@unit.example=Stella S.", "--steward", "sten@unit.example=Sten S."]
    assert run(*begin, *stewards) == 0
    assert Appointment.objects.filter(role="steward", ended_on=None).count() == 2
    assert len(key_directory.directory().stewards()) == 2
    assert StandingInstallation.objects.get().born == "live"
    # an installation begins once
    typed += shares[:3]
    assert run(*begin, "--steward", "sid@unit.example=Sid S.") == 1
    assert "Two of them must sign" in capsys.readouterr().err
    typed += [*shares[:3], "short"]
    third = ["steward", "sid@unit.example=Sid S.", "--code", "unit"]
    assert run(*third) == 1
    assert "at least 12" in capsys.readouterr().err
    # but the root names another steward at any time, so that one of the first can go
    proven = ["a password of twelve", last("Your passphrase"), last("Your recovery sheet")]
    typed += [*shares[:3], *proven]
    assert run(*third) == 0
    sid, sten = Officer.objects.get(email="sid@unit.example"), Officer.objects.get(email="sten@unit.example")
    assert [event.detail["role"] for event in logged("officer-appointed", thing=sid.id)] == ["steward"]
    hands = [steward_hand(sid, heard), steward_hand(Officer.objects.get(name="Stella S."), heard)]
    with acting("office"):
        leavers.leave(sten, hands=hands, at=now())
    assert key_directory.directory().stewards() == {hand.person for hand in hands}
    # and one who has lost both ways, or comes back, by their own address
    typed += [*shares[:3], *proven]
    assert run("steward", "Sten@unit.example=Sten S.", "--code", "unit") == 0
    assert str(sten.id) in key_directory.directory().stewards()
    assert Officer.objects.get(pk=sten.id).is_active
    assert Appointment.objects.filter(role="steward", ended_on=None).count() == 3
    assert key_directory.directory().refused == ()
    typed += [*shares[:3], "a password of twelve"]
    assert run("steward", "x@unit.example", "--code", "unit") == 1
    assert "EMAIL=NAME" in capsys.readouterr().err
    typed += [*shares[:3], "a password of twelve"]
    assert run("steward", "x@unit.example=X", "--code", "nowhere") == 1
    assert "no organisation" in capsys.readouterr().err


@pytest.mark.usefixtures("on_html")
def test_shares_of_another_root_begin_nothing(
    run: Run, typed: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    assert run("root", "--papers", str(tmp_path / "a"), *holders()) == 0
    settings.ROOT = "00" * 32
    typed += read(tmp_path / "a")[:3]
    assert run("begin", "--code", "u", "--organisation", "U", "--steward", "s@unit.example=S") == 1
    assert "another key than the root" in capsys.readouterr().err
    assert len(logged("officer-appointed", refused=True)) == 1
    assert not StandingInstallation.objects.exists()


def test_the_root_makes_no_steward_of_a_member_and_another_root_makes_none(house: House) -> None:
    odile = house.officers["Odile"]
    unit = odile.organisation.code
    for email, root in (
        (odile.email, house.root),
        ("sid@unit.example", b"another root of 32 bytes, by size"),
    ):
        with acting("office"):
            who = casework_ceremonies.steward_to_be(email, "S", "a password of twelve", unit)
            with pytest.raises(Refused):
                casework_ceremonies.name_steward(who, who.second.words, root=Hand(ROOT, root[:32]), at=now())
    assert keyring.open_seed(odile.id, house.keys["Odile"].passphrase) == house.keys["Odile"].seed
    assert not Officer.objects.filter(email="sid@unit.example").exists()
    assert not Appointment.objects.filter(officer=odile, role="steward").exists()
    assert len(logged("officer-appointed", refused=True)) == 2


def test_no_way_in_of_before_counts_once_the_root_has_named_them(house: House) -> None:
    sten = house.officers["Sten"]
    with acting("office"):
        Authenticator.objects.create(user=sten, type=Authenticator.Type.WEBAUTHN, data={})
        code = enrolment.invite(sten, at=now())
        who = casework_ceremonies.steward_to_be(
            sten.email, "", "a password of twelve", sten.organisation.code
        )
        root = Hand(ROOT, house.root)
        casework_ceremonies.name_steward(who, who.second.words, root=root, at=now())
        with pytest.raises(NotHere):
            enrolment.invited(sten.email, code, at=now())
        assert not Authenticator.objects.filter(user=sten).exists(), (
            "the passkey of a lost computer signs in no more"
        )


@pytest.mark.usefixtures("on_html")
def test_a_desk_that_lost_everything_is_recovered_at_the_table(
    house: House, run: Run, typed: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = People(house, now())
    ref, _ = people.taken()
    stewards = ["--steward", "stella@unit.example", "--steward", "sten@unit.example"]
    command = ["recovery", "north-east", "--papers", str(tmp_path / "desk"), *stewards, *holders()]
    typed += [house.keys["Stella"].passphrase, "not the passphrase of Sten at all"]
    assert run(*command) == 1
    assert [event.actor for event in logged("unlock-refused", refused=True)] == [house.officers["Sten"].id]
    typed += [house.keys["Stella"].passphrase, house.keys["Sten"].passphrase]
    assert run(*command) == 0
    words = re.search(r"Words of the key: (.+)", capsys.readouterr().out)
    assert words
    with people.sitting("Odile") as odile:
        desk = house.desks["north-east"].id
        mine = house.keys["Odile"].passphrase
        key_overview.compare_recovery(desk, words.group(1), mine, by=odile, at=people.at)
    loses_everything(people, "Odile", "Olga")
    shares = read(tmp_path / "desk")
    recover = ["recover", "north-east", "--officer", "odile@unit.example"]
    typed += [shares[0], shares[1], shares[1], house.keys["Odile"].passphrase]
    assert run(*recover) == 1
    typed += [shares[4], shares[1], shares[2], house.keys["Odile"].passphrase]
    assert run(*recover) == 0
    assert "3 keys of North East desk were granted" in capsys.readouterr().out
    assert people.read(ref).answers.narrative


def test_the_papers_are_tagged_readable_by_their_owner_and_say_what_to_do(tmp_path: Path) -> None:
    shares = [f"word{n} " * 32 + f"last{n}" for n in range(5)]
    made = share_papers.write(tmp_path / "p", "the recovery key of <b>", HOLDERS, shares, "eight words")
    assert [path.suffix for path in made] == [".pdf"] * 5
    for number, path in enumerate(made):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        pdf = PdfReader(path)
        assert pdf_ua.wrong(path.read_bytes()) == [], "who cannot see it can have it read out"
        text = " ".join(page.extract_text() for page in pdf.pages)
        assert HOLDERS[number] in text
        assert f"last{number}" in text
        assert "eight words" in text
        assert len(pdf.pages) == 1
    with pytest.raises(FileExistsError):
        share_papers.write(tmp_path / "p", "x", HOLDERS, shares, "y")
    assert html.escape("<b>") in share_papers.sheet("<b>", 1, "A", "x", "y")


def test_the_namespace_of_every_verb_is_known() -> None:
    for verb in ("root", "check", "begin", "steward", "recovery", "recover", "readdress"):
        with pytest.raises(SystemExit) as ended:
            cli.parser().parse_args(["keys", verb, "--help"])
        assert ended.value.code == 0
