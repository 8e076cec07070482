"""The committed record of what functions ask for, and its comparison with what a test run has seen.

`python -m tests.roles.seen_requests FOLDER [--whole] [--write]`, which `make test` calls at its end.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from tests.roles.operation import Operation
from tests.roles.request_record import read_operations

SEEN_FILE: Final = Path(__file__).with_name("seen_requests.tsv")
"""One line for each kind of request and key: kind of stack, function, action, place, key, attributes."""


@cache
def read_seen_requests() -> list[Operation]:
    """Gives the operations of the committed record, in its order."""
    lines = SEEN_FILE.read_text(encoding="utf-8").splitlines()
    return [Operation.read(line) for line in lines]


def compare(kept: set[Operation], seen: set[Operation], *, is_whole: bool) -> Iterator[str]:
    """Gives a line for each difference; what was not seen counts only when every test has run."""
    for operation in sorted(seen - kept):
        yield f"new, so that no test compares it with the role: {operation}"
    for operation in sorted(kept - seen) if is_whole else ():
        yield f"no test makes a function ask for it any more: {operation}"


def find_new_rights(kept: set[Operation], seen: set[Operation]) -> set[Operation]:
    """Gives what needs a right that the record does not know, whatever the key: each request itself is judged when it is made.

    A kind of row that is new or gone fails no run, because races decide which rare path of a request is taken.
    """
    return {one.without_keys() for one in seen} - {one.without_keys() for one in kept}


def main(arguments: Sequence[str]) -> int:
    """Compares the records in the folder with the committed one, or writes it; gives the exit code."""
    seen = read_operations(*Path(arguments[0]).glob("*.tsv"))
    if "--write" in arguments:
        SEEN_FILE.write_text("".join(f"{each}\n" for each in sorted(seen)), encoding="utf-8")
        return 0
    kept, is_whole = set(read_seen_requests()), "--whole" in arguments
    differences = list(compare(kept, seen, is_whole=is_whole))
    lines = [*(f"roles: {line}" for line in differences), _summary(len(seen), len(differences), is_whole=is_whole)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if find_new_rights(kept, seen) else 0


def _summary(seen: int, differences: int, *, is_whole: bool) -> str:
    if differences:
        advice = "after a run of every test, python -m tests.roles.seen_requests .pytest_cache/requests --write"
        return f"roles: {differences} differences from tests/roles/seen_requests.tsv; when they are meant: {advice}"
    judged = "all of them are seen" if is_whole else "only a part of the tests ran, so what is not seen is not judged"
    return f"roles: {seen} kinds of request were seen, each is in tests/roles/seen_requests.tsv; {judged}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
