"""Every page of the public site, in one list: those that anybody may ask for, and those that somebody comes to.

`stages` walks a person without scripts from page to page. At each stop it names the addresses that show a page now, in
whichever language they are asked for; a test looks at them with whatever it looks with, and lets the walk go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from heedline.casework.intake import drafting
from heedline.web.public.report.turns import asking_of, now
from tests.sites.public.mishaps import run_out_of_time
from tests.sites.public.walker import DRAFT, Walker
from tests.support.uploads import JPEG

#: Pages that anybody may ask for, whatever went before. Addresses without the prefix of a language.
OPEN = (
    "", "emergency/", "tell/", "tell/examples/", "talk/", "link/", "ask/", "other/", "phone/", "stay-safe/",
    "stay-safe/home/",
    "stay-safe/now/easy/", "phone/near/", "stay-safe/work/", "stay-safe/out/", "talk/call/", "tell/easy/",
    "code/finished/", "code/finished/without/", "code/finished/ask/", "code/finished/without/ask/",
    "code/finished/next/", "code/finished/without/next/", "messages/",
    "messages/closed/", "privacy/", "cookies/", "contact/", "accessibility/", "languages/", "stay-safe-online/", "log/",
)  # fmt: skip
#: The self-contained page of what to do in an attack.
ATTACK = "stay-safe/now/"
NEIGHBOUR = "Kit at number nine asked for the plans of the market hall, twice, and when it is full."
#: What is answered, so that as many pages as possible apply.
ANSWERS: Mapping[str, Mapping[str, Mapping[str, str | list[str]]]] = {
    "activity": {
        "now": {"danger": "no"},
        "what": {"narrative": NEIGHBOUR},
        "where": {"when": "week"},
        "you": {"who": "confidence"},
    },
    "person": {
        "now": {"danger": "no"},
        "tie": {"who": "family"},
        "what": {"narrative": "My brother gives away what he has and says that a war is coming."},
        "reply": {"way": "call"},
        "callback": {"name": "Rosa", "phone": "07700 900123"},
    },
    "online": {"where": {"addresses": "https://films.example/1\nhttps://films.example/2"}, "now": {"danger": "no"}},
    "advice": {
        "organisation": {"name": "The Mill Hall", "postcode": "NE6 1AA"},
        "help": {"incident": "yes"},
        "contact": {"name": "Rosa", "email": "rosa@mill.example", "consent": ["yes"]},
    },
}  # fmt: skip
#: A page where something is wrong, and its answer.
WRONG = {
    "activity": "now", "person": "callback", "online": "where", "advice": "contact",
}  # fmt: skip
_DOORS = {
    "activity": "/tell/",
    "person": "/talk/",
    "online": "/link/",
    "advice": "/ask/",
}


@dataclass(frozen=True)
class Stage:
    """Addresses that show a page now, without the prefix of a language."""

    name: str
    addresses: tuple[str, ...]


def begin(rosa: Walker, kind: str) -> Walker:
    """To the first question of that kind."""
    rosa.client.cookies.pop(DRAFT, None)
    return rosa.visit(_DOORS[kind]).press("Ask for advice" if kind == "advice" else "Start")


def stages(
    rosa: Walker,
    officer_asks: Callable[[str], None] | None = None,
    incident: Callable[[], AbstractContextManager[str]] | None = None,
) -> Iterator[Stage]:
    """Every page. `officer_asks`: takes the one report that is there and asks its reporter something. `incident`: opens an
    incident, gives the address of its form, and closes it."""
    yield Stage("open", (*OPEN, ATTACK))
    for kind, answers in ANSWERS.items():
        yield from _questions(rosa, kind, answers)
    begin(rosa, "activity").press("Continue", danger="yes")
    assert rosa.at == "/r/call/"
    rosa.press("I cannot call")
    yield Stage("danger", ("r/call/", "r/brief/"))
    begin(rosa, "activity").press("Continue", danger="planned")
    yield Stage("planned", ("r/planned/",))
    begin(rosa, "activity").press("Continue", danger="no")
    yield Stage("carry on", ("tell/", "talk/"))
    rosa.visit("/r/what/").press("Continue", narrative="Kit, a man of about thirty.")
    yield Stage("asked what was done", ("r/what/",))
    run_out_of_time()
    yield Stage("ran out of time", ("r/what/",))
    code = rosa.send()
    yield Stage("sent", ("code/", "code/check/", "code/print/", "r/what/", "tell/"))
    rosa.visit("/code/check/").press("Check", code="AAAA")
    yield Stage("a wrong code", ("code/check/",))
    rosa.press("Check", code=code)
    yield Stage("gone", ("r/what/", "no-such-page/"))
    if officer_asks:
        officer_asks("Do you remember the colour of the van?")
    rosa.visit("/messages/").press("Open", code=code)
    yield Stage(
        "messages",
        tuple(f"messages/open/{page}" for page in ("", "files/", "sent/", "stop/", "delete/", "deleted/")),
    )
    run_out_of_time()
    yield Stage("messages ran out of time", ("messages/open/",))
    rosa.visit("/emergency/").press("Send now", narrative="He has a knife. Flat 4, the house by the mill.")
    yield Stage("danger sent", ("code/",))
    if incident:
        with incident() as address:
            yield from _incident(rosa, address)
        yield Stage("incident closed", (address,))


def _incident(rosa: Walker, address: str) -> Iterator[Stage]:
    rosa.client.cookies.pop(DRAFT, None)
    yield Stage("incident", ("", "tell/", address))
    rosa.visit(f"/{address}").press("Start", danger="no").press("Continue", narrative=NEIGHBOUR)
    rosa.press("Continue", place="Bristol").press("Continue", who="anonymous")
    yield Stage("incident check", ("r/check/",))
    rosa.press("Send your report")
    yield Stage("incident sent", ("code/",))
    rosa.client.cookies.pop(DRAFT, None)
    rosa.visit(f"/{address}").press("Start", danger="yes").press("I cannot call")
    rosa.press("Send", narrative="He has a knife. He is running to the river.")
    yield Stage("incident danger sent", ("code/",))


def _questions(
    rosa: Walker, kind: str, answers: Mapping[str, Mapping[str, str | list[str]]]
) -> Iterator[Stage]:
    begin(rosa, kind)
    for slug, given in answers.items():
        if slug == WRONG[kind]:
            rosa.visit(f"/r/{slug}/").press("Continue")
            assert rosa.title.startswith("Error:")
            yield Stage(f"{kind} wrong", (f"r/{slug}/",))
        rosa.visit(f"/r/{slug}/").press("Continue", **given)
    loops = ()
    if kind == "activity":
        rosa.visit("/r/person/new/").press("Continue", name="Kit", looks="Tall, with a red hat.")
        rosa.visit("/r/vehicle/new/").press("Continue", describe="A white van.")
        rosa.visit("/r/person/").follow("Change")
        assert rosa.at.startswith("/r/person/")
        loops = ("r/person/new/", rosa.at[1:], f"{rosa.at[1:]}remove/", "r/vehicle/new/", "r/files/")
        rosa.visit("/r/files/").add_file("van.jpg", JPEG)
    draft = drafting.load(rosa.cookie(DRAFT), at=now())
    assert draft is not None
    steps = tuple(f"r/{step.slug}/" for step in asking_of(draft, now()).steps())
    yield Stage(kind, (*steps, *loops))
