"""What `heedline keys` can be asked, for its parser: nothing here needs Django."""

from __future__ import annotations

import argparse
from collections.abc import Callable

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_keys(commands: Commands, call: Callable[[argparse.Namespace], int]) -> None:
    """`heedline keys …`"""
    keys = commands.add_parser("keys", help="ceremonies and long work with keys")
    verbs = keys.add_subparsers(metavar="VERB", required=True, dest="verb")
    readdress = verbs.add_parser(
        "readdress",
        help="address what lies under ended keys of a desk to its present one; can be started again",
    )
    readdress.add_argument("desk", help="the desk's code")
    readdress.add_argument(
        "--officer", required=True, help="e-mail of the member who does it (the passphrase is asked for)"
    )
    keys.set_defaults(call=call)
