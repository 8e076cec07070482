"""The record of this process: each kind of request that functions made in its tests, and those their roles forbid."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from tests.roles.operation import Operation
from tests.roles.policy_evaluation import Statement, is_allowed
from tests.roles.role_policies import bucket_statements, project_template, role_statements

REQUESTS_FOLDER: Final = ".pytest_cache/requests"
"""Where each process of a test run writes its record, below the project's root."""


class RequestRecord:
    """What was asked for since the process began; `forbidden` are requests that no role allows, until they are taken."""

    def __init__(self) -> None:
        self.operations: set[Operation] = set()
        self.forbidden: list[str] = []

    def note(self, operation: Operation) -> None:
        """Takes note of a request, and judges the first one of its kind."""
        kind = operation.generalise()
        if kind in self.operations:
            return
        self.operations.add(kind)
        if not is_allowed(_statements(operation.function, operation.stack), operation.to_request()):
            self.forbidden.append(f"{operation.function}Role does not allow it:\n  {operation}\n  that is {kind}")

    def take_forbidden(self) -> list[str]:
        """Gives the forbidden requests since the last call. A kind that is forbidden is judged again when it is seen again."""
        found, self.forbidden = self.forbidden, []
        self.operations -= {each for each in self.operations if any(str(each) in line for line in found)}
        return found

    def write(self, folder: Path, process: str) -> None:
        """Writes the record into the folder, which the processes of a test run share."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = {one for each in self.operations for one in each.split()}
        lines = "".join(f"{each}\n" for each in sorted(kept))
        (folder / f"{process}.tsv").write_text(lines, encoding="utf-8")


RECORD: Final = RequestRecord()
"""The record of this process."""


def read_operations(*files: Path) -> set[Operation]:
    """Reads the operations of records' files."""
    return {Operation.read(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()}


@cache
def _statements(function: str, stack: str) -> list[Statement]:
    template = project_template()
    return [*role_statements(template, function, stack), *bucket_statements(template, stack)]
