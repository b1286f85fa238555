"""A desk's sealed search index, in plain Python.

An index is an ordinary SQLite FTS5 database. Each of its pages is sealed before it leaves this package, and
authenticated before SQLite reads any of it. Every word and key is stored as a token. The caller stores the sealed
pages, through a :class:`PageStore`. Start reading at `sealed_index.py`. `extraction/` reads values from a report and
makes the keys under which the report is found.

Nothing here uses Django, models, HTTP or the clock, or writes a file.
"""

from heedline.index.document import Document
from heedline.index.keys import IndexKeys, new_keys
from heedline.index.paging import BODY, Damaged, PageStore
from heedline.index.query import Clause, Hit, Query
from heedline.index.sealed_index import SealedIndex

__all__ = [
    "BODY",
    "Clause",
    "Damaged",
    "Document",
    "Hit",
    "IndexKeys",
    "PageStore",
    "Query",
    "SealedIndex",
    "new_keys",
]
