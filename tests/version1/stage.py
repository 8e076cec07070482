"""A service in front of which the cases run, and the steps that a case consists of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.version1.client import Answer, Version1Client
from tests.version1.shapes import EMPTY, find_differences

ACCOUNTS = "/crm/v1/accounts"


@dataclass(frozen=True)
class Step:
    """One call of a case. `$name` in its path, query and body is a code kept earlier; `keep` keeps the code it gives.

    `only` is the `Filter` header; `headers` are put in the place of signed ones, and an empty one takes it away.
    """

    call: str
    path: str
    status: int | frozenset[int]
    shape: Any = EMPTY
    query: str = ""
    body: Any = None
    only: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    keep: str = ""


@dataclass
class Stage:
    """A service and what is already there: `codes` has that of one consent permission under `permission`."""

    client: Version1Client
    codes: dict[str, str] = field(default_factory=dict)

    def run(self, steps: list[Step]) -> list[str]:
        """Runs a case; gives what was not as promised."""
        return [f"{step.call} {step.path}: {line}" for step in steps for line in self._run(step)]

    def _run(self, step: Step) -> Iterator[str]:
        filled = {"Filter": step.only} if step.only else {}
        answer = self.client.call(
            step.call, self.fill(step.path), self.fill(step.query), self.fill(step.body), **filled, **step.headers
        )
        if step.keep:
            self.codes[step.keep] = str(next(iter((answer.document or {"": ""}).values())))
        wanted = step.status if isinstance(step.status, frozenset) else {step.status}
        if answer.status not in wanted:
            yield f"{answer.status} {answer.text[:200]}, not {sorted(wanted)}"
        elif step.shape is EMPTY and answer.text:
            yield f"{answer.text[:200]!r} where nothing should be"
        else:
            yield from find_differences(answer.document, step.shape, self.codes)

    def fill(self, value: Any) -> Any:
        """The value with kept codes in the place of `$name`."""
        if isinstance(value, dict):
            return {name: self.fill(part) for name, part in value.items()}
        if not isinstance(value, str):
            return value
        return re.sub(r"\$(\w+)", lambda found: self.codes[found[1]], value)

    def walk(self, path: str, key: str, query: str) -> list[Answer]:
        """The pages of a list that are not empty, by `StartCode` from `LastRecordCode`."""
        pages = [self.client.call("GET", path, f"StartCode=0&{query}")]
        while pages[-1].document[key]:
            start = pages[-1].document["LastRecordCode"]
            pages.append(self.client.call("GET", path, f"StartCode={start}&{query}"))
        return pages[:-1]

    def repeat_call(self) -> tuple[int, int]:
        """Sends one signed call twice, the same to the letter; gives both statuses."""
        first = self.client.call("GET", ACCOUNTS)
        self.client.calls -= 1
        return first.status, self.client.call("GET", ACCOUNTS).status
