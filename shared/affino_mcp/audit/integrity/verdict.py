"""What the check says of a window of the API Log, and the comparison of its rows with those that its digest lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from affino_mcp.audit.integrity.digest import Leaf
from affino_mcp.value_class import value_class


class WindowState(StrEnum):
    """What can be said of a window, or of a row in it."""

    OK = "ok"
    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"
    NO_DIGEST = "no digest"
    BAD_SIGNATURE = "bad signature"
    CHAIN_BROKEN = "chain broken"
    EXPIRED = "expired"


@value_class
class RowFindings:
    """The ids of rows that differ from those that the digests list, and of those that came late and are listed."""

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


@value_class
class WindowVerdict:
    """The verdict on one window. `digest` is OK or what is wrong with the digest itself; its rows are then not judged."""

    begins: datetime
    ends: datetime
    digest: WindowState = WindowState.OK
    rows: int = 0
    found: RowFindings = RowFindings()

    @property
    def is_sound(self) -> bool:
        """True when nothing was done to the window, or its rows are older than the log keeps rows."""
        return self.digest is WindowState.EXPIRED or self.states == [WindowState.OK]

    @property
    def states(self) -> list[WindowState]:
        """Everything that is to be said of the window, once each."""
        if self.digest is not WindowState.OK:
            return [self.digest]
        rows = {
            WindowState.CHANGED: self.found.changed,
            WindowState.MISSING: self.found.missing,
            WindowState.ADDED: self.found.added,
        }
        return [state for state, ids in rows.items() if ids] or [WindowState.OK]

    @property
    def words(self) -> str:
        """The verdict in words: `changed ID`, `missing 2 (ID, ID)`, `added ID`, or one of the states."""
        if self.digest is not WindowState.OK:
            return self.digest.value
        lost = self.found.missing
        parts = [f"changed {id_}" for id_ in self.found.changed]
        parts += [f"missing {len(lost)} ({', '.join(lost)})"] if lost else []
        parts += [f"added {id_}" for id_ in self.found.added]
        return "; ".join(parts) or WindowState.OK.value


def compare_rows(
    listed: Sequence[Leaf], listed_late: Mapping[str, Sequence[str]], stored: Iterable[Leaf]
) -> RowFindings:
    """Compares the rows that the digests list with those that are stored.

    `listed_late` has the hashes of late rows of this window by their ids. A row that is there with another hash is
    changed; of two rows with one id, the one that is not listed is added.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for id_, hash_ in listed:
        wanted[id_].append(hash_)
    for id_, hashes in listed_late.items():
        wanted[id_].extend(hashes)
    foreign: dict[str, int] = defaultdict(int)
    for id_, hash_ in stored:
        if hash_ in wanted[id_]:
            wanted[id_].remove(hash_)
        else:
            foreign[id_] += 1
    return _name_differences({id_: len(hashes) for id_, hashes in wanted.items() if hashes}, foreign, listed_late)


def _name_differences(
    lost: Mapping[str, int], foreign: Mapping[str, int], listed_late: Mapping[str, Sequence[str]]
) -> RowFindings:
    return RowFindings(
        changed=tuple(sorted(id_ for id_ in lost if id_ in foreign)),
        missing=tuple(sorted(id_ for id_, number in lost.items() for _ in range(number - foreign.get(id_, 0)))),
        added=tuple(sorted(id_ for id_, number in foreign.items() for _ in range(number - lost.get(id_, 0)))),
        late=tuple(sorted(listed_late)),
    )
