"""Command-line parser for `heedline keys`.

Nothing here needs Django.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_index(commands: Commands, call: Callable[[argparse.Namespace], int]) -> None:
    """Add the `heedline index` commands to the parser."""
    index = commands.add_parser("index", help="the search index of a desk")
    verbs = index.add_subparsers(metavar="VERB", required=True, dest="verb")
    for name, words in (
        ("rebuild", "delete the search index of a desk and make it anew from its reports"),
        ("check", "read the whole search index of a desk and compare it with itself"),
    ):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("desk", help="the desk's code")
        verb.add_argument(
            "--officer", required=True, help="email of the member who does it (the passphrase is asked for)"
        )
    index.set_defaults(call=call)


def add_keys(commands: Commands, call: Callable[[argparse.Namespace], int]) -> None:
    """Add the `heedline keys` commands to the parser."""
    keys = commands.add_parser("keys", help="ceremonies and long work with keys")
    verbs = keys.add_subparsers(metavar="VERB", required=True, dest="verb")
    readdress = verbs.add_parser(
        "readdress",
        help="address what lies under ended keys of a desk to its present one; can be started again",
    )
    readdress.add_argument("desk", help="the desk's code")
    readdress.add_argument(
        "--officer", required=True, help="email of the member who does it (the passphrase is asked for)"
    )
    root = verbs.add_parser(
        "root", help="make the root key of a new installation, in five shares on paper (no database)"
    )
    _papers(root)
    verbs.add_parser("check", help="say the words of the key that three papers give")
    begin = verbs.add_parser(
        "begin", help="first use: say what this database is, and name two stewards (three shares of the root)"
    )
    begin.add_argument("--code", required=True, help="code of the stewards' organisation")
    begin.add_argument("--organisation", required=True, help="its name")
    begin.add_argument(
        "--steward",
        action="append",
        required=True,
        metavar="EMAIL=NAME",
        help="who is to be a steward; twice",
    )
    begin.add_argument("--demo", action="store_true", help="the database is born a demonstration, for ever")
    steward = verbs.add_parser(
        "steward",
        help="name one more steward, or one anew who lost both ways to unlock (three shares of the root)",
    )
    steward.add_argument("steward", metavar="EMAIL=NAME", help="who is to be a steward")
    steward.add_argument("--code", required=True, help="code of the stewards' organisation")
    recovery = verbs.add_parser("recovery", help="make the recovery key of a desk, in five shares on paper")
    recovery.add_argument("desk", help="the desk's code")
    recovery.add_argument(
        "--steward", action="append", required=True, metavar="EMAIL", help="who signs; twice"
    )
    _papers(recovery)
    recover = verbs.add_parser(
        "recover", help="open a desk's keys by three shares, for a member who has made new keys"
    )
    recover.add_argument("desk", help="the desk's code")
    recover.add_argument("--officer", required=True, help="email of that member")
    keys.set_defaults(call=call)


def _papers(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--papers", required=True, metavar="FOLDER", help="where the sheets are written")
    verb.add_argument(
        "--holder", action="append", required=True, metavar="NAME", help="who keeps a share; five times"
    )
