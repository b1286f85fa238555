"""Rate limits on attempts to enter a secret.

Promise: nobody can guess a password, a code or a passphrase faster than these limits, and nobody can lock a
user out of a device that has signed in before. No IP address is looked at. The limits hold for all servers of a site
together (`casework.attempt_limits`), and none is ever looser than it says.
"""

from __future__ import annotations

import math
from datetime import timedelta

from heedline.casework.attempt_limits import AttemptLimit
from heedline.casework.rate_limit import Limit


def wait_words(seconds: int) -> str:
    """Return a waiting time in words, such as "1 minute" or "5 minutes".

    It is never less than a minute, so that nobody can count along.
    """
    minutes = max(1, math.ceil(seconds / 60))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


#: A browser that has signed in to this account before: its own bucket, which strangers cannot fill.
KNOWN_DEVICE = AttemptLimit(0, Limit(burst=10, each=timedelta(seconds=30)))
#: Everybody else shares one bucket per account.
STRANGERS = AttemptLimit(1, Limit(burst=10, each=timedelta(minutes=1)))
#: Codes of the second step and confirmations, per officer and device.
CODES = AttemptLimit(2, Limit(burst=5, each=timedelta(minutes=1)))
#: Unlock passphrases, per officer.
UNLOCKS = AttemptLimit(3, Limit(burst=5, each=timedelta(minutes=1)))
