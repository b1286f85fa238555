"""Run several commands of `heedline` one after another in one process, which loads Django once.

`python -m tests.custody.several`, with JSON on standard input: for each command its words and the lines that are typed to
it. Prints as JSON the exit code and the output of each.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

from heedline.jobs import cli


def one(words: list[str], typed: list[str]) -> tuple[int, str]:
    """Run one command. Return its exit code and all that it said."""
    said = io.StringIO()
    sys.stdin = io.StringIO("".join(f"{line}\n" for line in typed))
    with redirect_stdout(said), redirect_stderr(said):
        code = cli.main(words)
    return code, said.getvalue()


if __name__ == "__main__":
    sys.stdout.write(json.dumps([one(words, typed) for words, typed in json.loads(sys.stdin.read())]))
