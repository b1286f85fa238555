"""The `heedline keys` commands for key ceremonies, which are held in person with printed sheets.

The commands are `root`, `begin`, `steward`, `recovery`, `recover` and `check`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from heedline.casework.access import session
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys.signing import Hand
from heedline.casework.setup import ceremonies, recovery
from heedline.casework.setup.ceremonies import NewSteward
from heedline.jobs.keys import share_papers
from heedline.jobs.terminal import ask, complain, say
from heedline.permits.gate import Refused

NOT_TOGETHER = "This address and passphrase do not go together."


def three_shares() -> list[str]:
    """Read three shares from the terminal, typed or scanned, one per line."""
    return [ask(f"Share, {number} of three (33 words)") for number in (1, 2, 3)]


def _papers(folder: str, what: str, holders: tuple[str, ...], shares: tuple[str, ...], words: str) -> None:
    for path in share_papers.write(Path(folder), what, holders, shares, words):
        say(f"Wrote {path}")
    say(f"Words of the key: {words}")
    say(
        "Print each sheet, hand it to its holder, then destroy these files. Check three of the printed ones with"
    )
    say("`heedline keys check` before you rely on them.")


def root(args: argparse.Namespace) -> int:
    """Create the root key and print its share sheets.

    Needs no database.
    """
    try:
        holders = recovery.holder_names(args.holder)
    except Refused as no:
        return complain(no.reason)
    made = ceremonies.new_root()
    _papers(args.papers, "the root key of Heedline", holders, made.shares, made.words)
    say(f"HEEDLINE_ROOT={made.public}")
    return 0


def check(_: argparse.Namespace) -> int:
    """Print the fingerprint words of the key that three shares reconstruct."""
    three = three_shares()
    try:
        as_root = ceremonies.checked(three)
        say(f"As a recovery key its words are: {recovery.combined_words(three)}")
    except Refused as no:
        return complain(no.reason)
    say(f"As a root key its words are: {as_root.words}")
    say(f"and HEEDLINE_ROOT={as_root.public}")
    return 0


def begin(args: argparse.Namespace) -> int:
    """Set up the database, create the first organisation and appoint the first two stewards.

    This also records whether the database is demo or live.
    """
    at = session.now()
    try:
        hand = ceremonies.root_from(three_shares())
        born = "live" if not args.demo else "demo"
        ceremonies.begin(args.code, args.organisation, root=hand, born=born, at=at)
        return _seat(args.steward, args.code, hand)
    except (Refused, ValueError) as no:
        return complain(str(no))


def steward(args: argparse.Namespace) -> int:
    """Appoint another steward, using the root key.

    This is for a steward who is to leave, or who has lost both ways to unlock their keys.
    """
    try:
        return _seat([args.steward], args.code, ceremonies.root_from(three_shares()))
    except NotHere:
        return complain("There is no organisation with this code.")
    except Refused as no:
        return complain(no.reason)


def _seat(stewards: Sequence[str], code: str, root_hand: Hand) -> int:
    """Enrol each steward in turn and return the exit code.

    Each chooses a password, writes down both ways to unlock their keys, and types them again.
    """
    for steward in stewards:
        email, _, name = steward.partition("=")
        say(f"{name or email}, please sit down here. Nobody else looks at the screen.")
        password = ask("Choose a password of at least 12 characters")
        words = _prove(ceremonies.steward_to_be(email, name, password, code), root_hand)
        if words is None:
            return complain("The words were not typed right. Start again with this steward.")
        say(f"{name or email} is a steward. Words of their key: {words}")
    return 0


def _prove(who: NewSteward, root_hand: Hand) -> str | None:
    """Show a new steward the words for both unlock methods, and have them typed back as a check.

    Returns the fingerprint words of the steward's key, or None if something was mistyped.
    """
    say(f"Your passphrase, to write down:  {who.first.words}")
    if ceremonies.typed_right(who, who.first, ask("Type it from your paper")) is None:
        return None
    say(f"Your recovery sheet, on a second paper, for the safe:  {who.second.words}")
    try:
        return ceremonies.name_steward(who, ask("Type it from your paper"), root=root_hand, at=session.now())
    except WrongPassphrase:
        return None


def make_recovery(args: argparse.Namespace) -> int:
    """Create a desk's recovery key, signed by two stewards, and print its share sheets."""
    try:
        hands = [ceremonies.hand_of(email, ask(f"Passphrase of {email}")) for email in args.steward]
        desk = recovery.desk_with_code(args.desk)
        made = recovery.make(desk, args.holder, hands=hands, at=session.now())
    except WrongPassphrase:
        return complain(NOT_TOGETHER)
    except NotHere:
        return complain("There is no desk with this code.")
    except Refused as no:
        return complain(no.reason)
    _papers(args.papers, f"the recovery key of {desk.name}", made.holders, made.shares, made.words)
    say("It gets nothing before a member of the desk has compared these words on the page Keys.")
    return 0


def recover(args: argparse.Namespace) -> int:
    """Recover a desk's keys from three shares, for a member who has made new keys."""
    try:
        desk = recovery.desk_with_code(args.desk)
        three = three_shares()
        hand = ceremonies.hand_of(args.officer, ask("Passphrase"))
        given = recovery.recover(desk, three, by=hand, at=session.now())
    except WrongPassphrase:
        return complain(NOT_TOGETHER)
    except NotHere:
        return complain("There is no desk with this code.")
    except Refused as no:
        return complain(no.reason)
    say(f"{given} keys of {desk.name} were granted to {args.officer}. The desk is told by an alarm.")
    say("They unlock now, compare words with their colleagues, and re-address what lies under the old keys.")
    return 0
