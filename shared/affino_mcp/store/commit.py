"""How a change is committed: by one transaction that holds its writes, alone or together with somebody else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from affino_mcp.store.ops import Database, WriteOp

Commit = Callable[[Sequence[WriteOp]], None]
"""Carries out the writes of one change in one transaction, and perhaps writes of its own with them.

Raises what Database.transact raises; the positions of a TransactionFailed are those of the given writes. After a
TransactionFailed it may be called again, with writes made anew.
"""


def commit_to(db: Database) -> Commit:
    """Gives the commit of a change that nobody adds to. A change without writes is no transaction."""

    def commit(ops: Sequence[WriteOp]) -> None:
        if ops:
            db.transact(ops, str(uuid.uuid4()))

    return commit
