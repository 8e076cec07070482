"""A change of many members in AWS's own runtime client, in front of a store that answers slowly."""

from __future__ import annotations

import json
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affino_mcp.local.places import REPOSITORY
from scripts.prove import ledger
from scripts.prove.emulated import EmulatedService, emulated_service, emulator_variables, inherited_environment
from scripts.prove.ledger import Ledger
from scripts.prove.runtime_api import RuntimeApi, running_function
from scripts.prove.slow_store import SlowStore, slow_store

MEMBERS = 180
STORE_SECONDS = 0.9
FUNCTION_SECONDS = 25
"""The time-out of the MCP endpoint in template.yaml; tests/packaging holds the two together."""
CLIENT_PROGRAM = REPOSITORY / ".tools/runtime/bin/python"
FUNCTION_FOLDER = REPOSITORY / "functions/mcp_endpoint"


@dataclass(frozen=True)
class SlowBulkFigures:
    """What became of one change of many members."""

    seconds: float
    status: int
    added: int
    left_out: int
    after_repeat: int
    answer_is_true: bool
    ledger: Ledger

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it should be, by name."""
        found = [*self.ledger.without_row, *self.ledger.without_effect]
        found += [] if self.status == 200 else [f"status {self.status}"]
        found += [] if self.seconds < FUNCTION_SECONDS else ["no answer before the deadline"]
        found += [] if self.added and self.added + self.left_out == MEMBERS else ["members that nobody names"]
        found += [] if self.answer_is_true else ["the answer, the list and the rows differ"]
        return found + ([] if self.after_repeat == MEMBERS else ["the repeated call did not finish the change"])


class FunctionCaller:
    """Sends tool calls as API Gateway's events to the function."""

    def __init__(self, api: RuntimeApi, headers: dict[str, str]) -> None:
        self._api, self._count = api, 0
        self._headers = {
            **headers,
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Host": "prove.example",
        }

    def call_tool(self, tool: str, seconds: float = FUNCTION_SECONDS, **arguments: Any) -> tuple[int, dict[str, Any]]:
        """Gives the status and the JSON-RPC document of one call. Raises CutOff."""
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        }
        answer = self._api.invoke(self._event(message), seconds)
        document: dict[str, Any] = json.loads(answer["body"])
        return answer["statusCode"], document

    def made(self, tool: str, record: str, code: str, **arguments: Any) -> int:
        """Gives the code of the record that a call makes."""
        _, document = self.call_tool(tool, **arguments)
        found: int = document["result"]["structuredContent"][record][code]
        return found

    def _event(self, message: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        context = {
            "requestId": f"prove-{self._count}",
            "stage": "live",
            "path": "/live/mcp",
            "httpMethod": "POST",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "prove"},
        }
        return {
            "resource": "/mcp",
            "path": "/mcp",
            "httpMethod": "POST",
            "headers": self._headers,
            "multiValueHeaders": {name: [value] for name, value in self._headers.items()},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "requestContext": context,
            "body": json.dumps(message),
            "isBase64Encoded": False,
        }


def prove_slow_bulk(folder: Path) -> SlowBulkFigures:
    """Adds many members to a list while each answer of the store takes 0.9 s; gives the figures."""
    with emulated_service(folder) as emulated, slow_store(emulated.settings.aws_endpoint) as store:
        paths = [FUNCTION_FOLDER, REPOSITORY / "shared", sysconfig.get_path("purelib")]
        variables = inherited_environment() | emulator_variables(emulated.settings)
        variables |= {"AFFINO_AWS_ENDPOINT": store.url, "PYTHONPATH": ":".join(map(str, paths))}
        command = [CLIENT_PROGRAM, "-m", "awslambdaric", "app.handler"]
        with running_function(command, FUNCTION_FOLDER, variables, folder / "function.log") as api:
            return _add_slowly(emulated, store, FunctionCaller(api, emulated.headers))


def _add_slowly(emulated: EmulatedService, store: SlowStore, caller: FunctionCaller) -> SlowBulkFigures:
    person = {"FirstName": "M", "LastName": "Doe"}
    members = [
        caller.made("create_contact", "Contact", "UserCode", Email=f"m{n}@o.example", **person) for n in range(MEMBERS)
    ]
    code = caller.made("create_contact_list", "ContactList", "ContactListCode", Title="Slow")
    asked = {"ContactListCode": code, "UserCodes": members}
    store.delay, started = STORE_SECONDS, time.monotonic()
    status, document = caller.call_tool("add_contact_list_members", **asked)
    seconds, store.delay = time.monotonic() - started, 0.0
    told = document["result"]["structuredContent"] if status == 200 else {"Added": [], "NotProcessed": []}
    added = {member["UserCode"] for member in told["Added"]}
    is_true = added == _on_list(emulated, code) and sorted(told["NotProcessed"]) == sorted(set(members) - added)
    caller.call_tool("add_contact_list_members", **asked)
    records, audit = (emulated.scan(name) for name in (emulated.settings.records_table, emulated.settings.audit_table))
    after = len(_on_list(emulated, code))
    return SlowBulkFigures(
        seconds, status, len(added), len(told["NotProcessed"]), after, is_true, ledger.compare(records, audit)
    )


def _on_list(emulated: EmulatedService, code: int) -> set[int]:
    records = emulated.scan(emulated.settings.records_table)
    return ledger.members_of(records).get(f"contact_lists#{code}", set())
