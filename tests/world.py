"""A whole service on memory: stores, gate, edge and handler as in a Lambda process, from events to responses."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from affino_mcp import housekeeping_wiring, wiring
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.tool_view import read_call
from affino_mcp.gate.people.people import People
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import FamilyAccess, Profiles
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.instance.builtin.crm.staff import enrol_staff
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import Settings
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.memory_files import MemoryFileStore
from affino_mcp.store.testing.memory_secrets import MemorySecretStore
from affino_mcp.store.testing.recording import RecordingDatabase
from affino_mcp.tool_errors import ToolError
from tests.answer_schemas import check_answer
from tests.clock import TestClock
from tests.remote.call_rows import without_begun
from tests.remote.open_profiles import OpenProfiles
from tests.remote.own_budget import OwnBudgetDatabase
from tests.remote.transport import InstanceTransport
from tests.roles.watched_stores import WatchedStores
from tests.template_tables import INSTANCE_AUDIT_TABLE, template_shapes

BUILTIN, REMOTE = "builtin", "remote"
CHOSEN_KIND = [BUILTIN]
"""The kind of world of this run, as the last entry: `--instance remote` adds one."""
INSTANCE_URL = "https://instance.example"
EVERYTHING: FamilyAccess = {family: frozenset(Access) for family in SWITCHED_FAMILIES}
Headers = dict[str, str]


@dataclass
class Response:
    """An answer of the handler: status, headers and JSON-RPC document."""

    status: int
    headers: Headers
    document: dict[str, Any]

    @property
    def result(self) -> dict[str, Any]:
        """The structured content of a successful tool call."""
        assert self.status == 200, (self.status, self.document)
        assert not self.document["result"].get("isError"), self.document
        content: dict[str, Any] = self.document["result"]["structuredContent"]
        return content

    @property
    def error(self) -> dict[str, Any]:
        """The error of a refused tool call."""
        assert self.status == 200, (self.status, self.document)
        assert self.document["result"]["isError"], self.document
        found: dict[str, Any] = self.document["result"]["structuredContent"]["error"]
        return found


def whole_row(item: dict[str, Any]) -> dict[str, Any]:
    """A row of the API Log as it is stored, with the fields that are not stored because they have their usual value."""
    return {**AuditRow.from_document(item).to_document(), **item}


@dataclass
class World:
    """One service. The handlers that `new_handler()` makes share its settings and stores, as warm processes do.

    `kind` is where its records are: in its own store, or in an instance elsewhere that it calls (`--instance remote`). The
    two then know the same people, profiles and sessions, as after logins; the instance has an API Log and budgets of its own.
    `watched` are the stores of both, `own` those of this service: what fails there fails for both, and for this one.
    """

    database: MemoryDatabase = field(default_factory=lambda: MemoryDatabase(template_shapes()))
    secrets: MemorySecretStore = field(default_factory=MemorySecretStore)
    clock: TestClock = field(default_factory=TestClock)
    settings: Settings = field(default_factory=Settings)
    kind: str = field(default_factory=lambda: CHOSEN_KIND[-1])

    def __post_init__(self) -> None:
        self.watched = RecordingDatabase(self.database)
        self.own = RecordingDatabase(self.watched)
        self.files = MemoryFileStore(self.clock)
        self.instance_settings = self.settings
        found = self._place_records_elsewhere() if self.kind == REMOTE and not self.settings.instance_url else None
        self.stores: wiring.Stores = WatchedStores(
            self.own, self.secrets, self.files, tables=self.database, to_instance=found
        )
        kind = OpenProfiles if self.kind == REMOTE else Profiles
        self.profiles = kind(self.database, self.secrets, self.settings, self.clock)
        self.people = People(self.database, self.settings, self.clock)
        self.sessions = Sessions(self.database, self.settings, self.clock)
        self.records = Records(self.database, self.settings.records_table, self.settings.words_table, FACETS)
        self._ids = iter(range(1, 1_000_000))

    def _place_records_elsewhere(self) -> httpx.BaseTransport:
        """Makes this service one in front of another, on the same watched stores; gives the way to that one."""
        self.instance_settings = replace(self.settings, audit_table=INSTANCE_AUDIT_TABLE)
        self.settings = replace(self.settings, instance_url=INSTANCE_URL)
        return self.way_to_instance(wiring.Stores(self.watched, self.secrets, self.files))

    def way_to_instance(self, stores: wiring.Stores) -> httpx.BaseTransport:
        """The way to a fresh process of the instance elsewhere, on these stores."""
        budgets = OwnBudgetDatabase(stores.database, self.instance_settings.gate_table)
        return InstanceTransport(self.instance_settings, replace(stores, database=budgets), self.clock)

    def new_handler(self) -> LambdaHandler:
        """Another warm process on the same stores."""
        app = wiring.build_mcp_app(
            self.settings, self.stores, self.clock, in_thread=False, on_undeclared=self.undeclared
        )
        return LambdaHandler(app, self.settings.stage)

    @staticmethod
    def undeclared(method: Method, error: ToolError) -> None:
        """An error that is not in the method's row fails the test."""
        raise AssertionError(f"{method.name} answered {error.type}, which its row does not declare")

    def run_housekeeping(self) -> None:
        """Runs housekeeping once, as the schedule of a deployment does."""
        housekeeping_wiring.build_housekeeping(self.settings, self.stores, self.clock)()

    def create_profile(
        self, name: str = "all", families: FamilyAccess = EVERYTHING, rate: int = 6000, *, rest: bool = False
    ) -> Profile:
        """Creates an API Profile, with `rest` open to the REST API, as it is where records are elsewhere."""
        return self.profiles.create(name, families, rate, rest=rest or self.kind == REMOTE)

    def create_person(self, first: str, last: str, *groups: str) -> int:
        """Creates a member of staff; gives the UserCode."""
        email = f"{first}.{last}@affino.example".lower()
        code = enrol_staff(self.records, first, last, email, self.clock())
        self.people.create(code, f"{first} {last}", email, groups=groups)
        return code

    def log_in(self, profile: Profile, user_code: int) -> Headers:
        """Logs a person in; gives the three headers."""
        token = self.sessions.create_session(user_code, profile.key).access_token
        return {"Authorization": f"Bearer {token}", "X-API-Key": profile.key, "X-API-Secret": profile.secret}

    def audit_rows(self, *, begun: bool = False) -> list[dict[str, Any]]:
        """The rows of the API Log, oldest first.

        A call to an instance elsewhere has two once its end is known, of which the first is given with `begun` alone.
        """
        found = [row for row in self.database.list_rows(self.settings.audit_table) if "outcome" in row]
        shown = found if begun or self.kind != REMOTE else without_begun(found)
        return sorted(map(whole_row, shown), key=lambda row: str(row["sk"]))

    def record_rows(self) -> list[dict[str, Any]]:
        """The rows of the API Log where the records are, each written in the transaction that it tells of, oldest first."""
        rows = self.database.list_rows(self.instance_settings.audit_table)
        return sorted((whole_row(row) for row in rows if "outcome" in row), key=lambda row: str(row["sk"]))

    def make_event(self, message: Any, headers: Headers, path: str = "/mcp", method: str = "POST") -> dict[str, Any]:
        """An API Gateway REST event in the form that Lambda receives."""
        body = message if isinstance(message, str) or message is None else json.dumps(message)
        sent = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Host": "demo.example",
        }
        sent |= headers
        return {
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "requestContext": {
                "requestId": f"req-{next(self._ids)}",
                "stage": self.settings.stage,
                "path": f"/{self.settings.stage}{path}",
                "httpMethod": method,
                "identity": {"sourceIp": "203.0.113.7", "userAgent": "test/1.0"},
            },
            "body": body,
            "isBase64Encoded": False,
        }


def _check_described(message: Any, document: Any) -> None:
    """Fails when a tool answered a call with what the catalogue does not describe."""
    told = document.get("result", {}) if isinstance(document, dict) else {}
    if not isinstance(message, dict) or message.get("method") != "tools/call" or told.get("isError") is not False:
        return
    asked = message["params"]
    check_answer(read_call(asked["name"], asked["arguments"]).tool, told["structuredContent"])


@dataclass
class WorldClient:
    """A client with fixed headers in front of one warm process. `context` is the Lambda context of its calls, if any.

    `is_described` is False where answers hold attributes of a foreign instance, which the catalogue does not describe.
    """

    world: World
    handler: LambdaHandler
    headers: Headers
    context: Any = field(default=None, kw_only=True)
    is_described: bool = field(default=True, kw_only=True)

    def send(self, message: Any, extra: Iterable[tuple[str, str]] = (), **event: Any) -> Response:
        """Sends one message unchanged."""
        answer = self.handler(self.world.make_event(message, {**self.headers, **dict(extra)}, **event), self.context)
        sent = {name.lower(): values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
        sent |= {name.lower(): value for name, value in answer.get("headers", {}).items()}
        document = json.loads(answer["body"]) if answer["body"] else {}
        if self.is_described:
            _check_described(message, document)
        return Response(answer["statusCode"], sent, document)

    def send_rpc(self, method: str, **params: Any) -> Response:
        """Sends one request as a client of the 2025 protocol does."""
        return self.send({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})

    def call_tool(self, tool: str, **arguments: Any) -> Response:
        """Calls one tool."""
        return self.send_rpc("tools/call", name=tool, arguments=arguments)

    def list_tool_names(self) -> list[str]:
        """The names of the tools in tools/list."""
        return [tool["name"] for tool in self.send_rpc("tools/list").document["result"]["tools"]]

    def with_headers(self, **changed: str) -> WorldClient:
        """The same client with other headers: `X_API_Key="..."`."""
        headers = {name.replace("_", "-"): value for name, value in changed.items()}
        return replace(self, headers={**self.headers, **headers})
