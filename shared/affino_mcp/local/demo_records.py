"""Makes the demo's records through the tools of the running service, as the demo's people.

Two lanes run side by side, the CRM's and the website's. They share no family, so every record has the same code in every
run. Each call has an IdempotencyKey of its own, so a filling that was broken off goes on where it was.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import httpx

from affino_mcp.clock import utc_now
from affino_mcp.errors import AffinoError
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.local import demo_crm, demo_crm_states, demo_website, demo_website_states
from affino_mcp.local.network import make_plain_http_client
from affino_mcp.local.progress import ShowStep
from affino_mcp.local.seed import DemoCredentials
from affino_mcp.local.steps import DemoStep, StepCodes, code_from_answer, fill_refs
from affino_mcp.settings import Settings
from affino_mcp.value_class import value_class
from affino_mcp.wiring import Stores

HeadersForRole = Callable[[str], Mapping[str, str]]

BEGUN_FILE: Final = "demo-begun"
"""The file in the state folder that is there while the demo's records are made, and after a filling that was broken off."""


LONGEST_BREAK_SECONDS: Final = 23 * 3600
"""A filling that was broken off longer ago does not go on: the key of each call, remembered for a day, is forgotten."""


INCOMPLETE_TEXT: Final = (
    "The demo's records are incomplete: an earlier start was broken off. FRESH=1 (--fresh) makes them anew."
)


class SeedFailed(AffinoError):
    """A record of the demo could not be created."""

    type = "seed_failed"


def make_lanes() -> dict[str, list[DemoStep]]:
    """The steps that make every record of the demo, by lane; a step refers to earlier steps of its lane only."""
    return {
        "crm": [*demo_crm.make_crm_steps(), *demo_crm_states.make_crm_state_steps()],
        "website": [*demo_website.make_website_steps(), *demo_website_states.make_website_state_steps()],
    }


@value_class
class DemoFilling:
    """The making of the demo's records in one service.

    `headers_of` gives the three headers of a role, as whom the tools are called; `state` is the state folder.
    """

    stores: Stores
    settings: Settings
    people: DemoCredentials
    url: str
    headers_of: HeadersForRole
    state: Path
    open_client: Callable[[], httpx.Client] = make_plain_http_client

    def fill(self, say: ShowStep) -> int:
        """Makes the records unless they are there already; gives the number of calls made. Raises SeedFailed.

        Sections, forums and categories, for which there is no tool, are written to the store.
        """
        begun = self.state / BEGUN_FILE
        if not begun.exists() and self._has_records():
            return 0
        if begun.exists() and time.time() - begun.stat().st_mtime > LONGEST_BREAK_SECONDS:
            say(INCOMPLETE_TEXT)
            return 0
        if not begun.exists():
            begun.touch()
        codes: StepCodes = {role: person["user_code"] for role, person in self.people.items()}
        records = Records(self.stores.database, self.settings.records_table, self.settings.words_table, FACETS)
        codes |= demo_website.make_places(records, utc_now())
        made = self._run_lanes(make_lanes(), codes, say)
        begun.unlink()
        return made

    def _has_records(self) -> bool:
        with self.open_client() as http:
            found = self._open_caller(http)("sales_manager", "list_accounts", {"PageSize": 1})
        return bool(found["Items"])

    def _run_lanes(self, lanes: Mapping[str, Sequence[DemoStep]], codes: StepCodes, say: ShowStep) -> int:
        count = CallCount(sum(map(len, lanes.values())), say)
        ended = threading.Event()

        def run_lane(name: str) -> None:
            try:
                with self.open_client() as http:
                    run_steps(lanes[name], dict(codes), self._open_caller(http), name, count.add, ended)
            except BaseException:
                ended.set()
                raise

        with ThreadPoolExecutor(len(lanes)) as pool:
            try:
                for lane in [pool.submit(run_lane, name) for name in lanes]:
                    lane.result()
            finally:
                ended.set()
        return count.made

    def _open_caller(self, http: httpx.Client) -> ToolCaller:
        return ToolCaller(http, self.url, self.headers_of)


def run_steps(
    steps: Sequence[DemoStep],
    codes: StepCodes,
    call: Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]],
    lane: str,
    note: Callable[[], object],
    ended: threading.Event,
) -> None:
    """Carries out the steps in order, until `ended` is set; adds the codes of named records to `codes`."""
    for number, step in enumerate(steps):
        if ended.is_set():
            return
        arguments = {**fill_refs(dict(step.arguments), codes), "IdempotencyKey": f"demo-{lane}-{number}"}
        code = code_from_answer(call(step.role, step.tool, arguments))
        if step.name and code is not None:
            codes[step.name] = code
        note()


class CallCount:
    """How many of the demo's calls are made, shown as they are."""

    def __init__(self, total: int, say: ShowStep) -> None:
        self._total, self._say, self._lock = total, say, threading.Lock()
        self.made = 0

    def add(self) -> None:
        """Counts one call more."""
        with self._lock:
            self.made += 1
            self._say("filling the demo instance", f"{self.made} of {self._total} calls")


class ToolCaller:
    """Calls tools of the running service as clients do, over one connection."""

    def __init__(self, http: httpx.Client, url: str, headers_of: HeadersForRole) -> None:
        self._http, self._url, self._headers_of = http, url, headers_of
        self._headers: dict[str, dict[str, str]] = {}

    def __call__(self, role: str, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Calls a tool as a role; gives its structured answer. Raises SeedFailed."""
        if role not in self._headers:
            accept = {"Accept": "application/json, text/event-stream"}
            self._headers[role] = accept | dict(self._headers_of(role))
        params = {"name": tool, "arguments": dict(arguments)}
        body = {"jsonrpc": "2.0", "id": "seed", "method": "tools/call", "params": params}
        try:
            answer = self._http.post(self._url, json=body, headers=self._headers[role]).json()
        except (httpx.HTTPError, ValueError):
            raise SeedFailed(f"The demo's {tool} was not answered. The same command goes on.") from None
        result = answer.get("result", {})
        if result.get("isError", True):
            raise SeedFailed(f"The demo's {tool} did not work: {json.dumps(answer)[:500]}")
        content: dict[str, Any] = result["structuredContent"]
        return content
