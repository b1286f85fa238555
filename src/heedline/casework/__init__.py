"""Everything anybody can do, as functions. The program's table of contents.

`journey.py` is the path of a report from top to bottom; `conversation.py` what is said with a reporter who holds only a
code; `reading.py` what is shown to whom, and the only opener of sealed things; `duty.py` who is there and what is
overdue; `attendance.py` signing in and unlocking; `stewardship.py` desks, officers and keys.

A verb has six beats, in this order: find (inside what they may see, locked), permit, move, change, record, dispatch.
What never lives here: HTTP, HTML, SQL.
"""

from heedline.casework.errors import (
    Changed as Changed,
)
from heedline.casework.errors import (
    CodeUnknown as CodeUnknown,
)
from heedline.casework.errors import (
    Conflict as Conflict,
)
from heedline.casework.errors import (
    Locked as Locked,
)
from heedline.casework.errors import (
    NoRoom as NoRoom,
)
from heedline.casework.errors import (
    NotHere as NotHere,
)
from heedline.casework.errors import (
    SealingStopped as SealingStopped,
)
from heedline.casework.errors import (
    Spent as Spent,
)
from heedline.casework.errors import (
    WrongPassphrase as WrongPassphrase,
)
