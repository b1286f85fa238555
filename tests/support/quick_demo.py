"""`heedline demo`, whose invented people have passphrases and passwords that are quick to try.

`python -m tests.support.quick_demo demo`, from the checkout. Only the cost of Argon2 and scrypt differs, and only where the
people are made: at full strength, two dozen of them take 60 seconds of processor time. The sites and the worker run as they
are. What full strength is stands in tests/rules/vault/test_small_secrets.py; passwords have Django's own.
"""

from __future__ import annotations

import sys

from django.contrib.auth.hashers import ScryptPasswordHasher

from heedline.jobs import cli
from heedline.launch import demo
from heedline.vault import passphrases

MODULE = "tests.support.quick_demo"
QUICK = passphrases.Cost(memory_kib=8 * 1024, iterations=1, lanes=1)
_heedline = demo._heedline


def _quickly(*words: str) -> list[str]:
    return [sys.executable, "-m", MODULE, *words] if words == ("load-demo",) else _heedline(*words)


if __name__ == "__main__":
    demo._heedline = _quickly
    passphrases.STANDARD = QUICK
    ScryptPasswordHasher.work_factor = 2**4
    sys.exit(cli.main(sys.argv[1:]))
