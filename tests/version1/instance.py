"""A small version 1 instance in memory, written from the public description alone, as an ASGI application."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

import httpx

from tests.version1.crm import Crm
from tests.version1.guard import Guard
from tests.version1.habits import Habits
from tests.version1.people import People
from tests.version1.records import Records
from tests.version1.replies import Failure, Reply, Request, write_json
from tests.version1.seed import seed_records

KEY = "V1KEY00001"
SECRET = "independent-secret-0123456789a"
DBNAME = "demo"
_NOT_FOUND_PAGE = b"<!DOCTYPE html><html><head><title>Not found</title></head><body><h1>404</h1></body></html>"

Message = MutableMapping[str, Any]
Handler = Callable[[Request], Reply]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Version1Instance:
    """One instance. `faults` are used up one a request: the effect happens or not, the answer is an empty 500."""

    seed: int = 0
    clock: Callable[[], datetime] = _now
    habits: Habits | None = None
    key: str = KEY
    secret: str = SECRET
    requests: list[Request] = field(default_factory=list)
    faults: deque[Literal["before", "after"]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.manners = self.habits or Habits.of_seed(self.seed)
        self.records = Records(self.clock)
        seed_records(self.records, self.seed)
        self.guard = Guard(self.key, self.secret, self.clock)
        self.people = People(self.records, self.clock)
        self.crm = Crm(self.records, self.manners)

    def answer(self, request: Request) -> Reply:
        """The answer to one request."""
        self.requests.append(request)
        fault = self.faults.popleft() if self.faults else None
        reply = Reply(500) if fault == "before" else self._answer(request)
        return Reply(500) if fault else reply

    def _answer(self, request: Request) -> Reply:
        handler = self._find_handler(request)
        if handler is None:
            return self._write_unknown_path()
        try:
            self.guard.admit(request)
            return handler(request)
        except Failure as failure:
            error = {"code": self.manners.write_error_code(failure.code), "message": failure.message}
            return write_json(failure.status, {"error": error})

    def _write_unknown_path(self) -> Reply:
        if self.manners.unknown_path_as == "html":
            return Reply(404, _NOT_FOUND_PAGE, "text/html;charset=UTF-8")
        return write_json(404, {"error": {"code": self.manners.write_error_code(-1), "message": "Unknown exception"}})

    def _find_handler(self, request: Request) -> Handler | None:
        base, crm = f"/rest/{DBNAME}/", "crm/v1/"
        if not request.path.startswith(base):
            return None
        path = request.path.removeprefix(base)
        if not path.startswith(crm):
            return self._user_calls().get(f"{request.method} {path}")
        return self._find_crm_call(request, path.removeprefix(crm))

    def _user_calls(self) -> dict[str, Handler]:
        return {
            "POST login": self.people.log_in,
            "POST tokenLogin": self.people.hand_off,
            "GET token": self.people.renew,
            "GET user": self.people.get_user,
            "GET userGroup": self.people.get_groups,
        }

    def _find_crm_call(self, request: Request, path: str) -> Handler | None:
        records, crm, method = self.records, self.crm, request.method
        plain: dict[str, Handler] = {
            "POST useraccounts": crm.create_link,
            "GET mailinglistsubscriptions": partial(crm.list_list_changes, records.subscriptions),
            "GET mailinglistunsubscribes": partial(crm.list_list_changes, records.unsubscribes),
        }
        for name, shelf in (("accounts", records.accounts), ("users", records.users)):
            plain[f"GET {name}"] = partial(crm.list_records, shelf)
            plain[f"POST {name}"] = partial(crm.create_record, shelf)
        found = re.fullmatch(r"(accounts|users|useraccounts)/(\d{1,9})", path)
        return self._find_code_call(request, found[1], int(found[2])) if found else plain.get(f"{method} {path}")

    def _find_code_call(self, request: Request, name: str, code: int) -> Handler | None:
        crm, method = self.crm, request.method
        if name == "useraccounts":
            return partial(crm.change_link, code) if method in {"PUT", "DELETE"} else None
        if name == "users" and method in {"POST", "DELETE"} and request.query.startswith("permissions="):
            return partial(crm.set_consent, code)
        shelf = self.records.accounts if name == "accounts" else self.records.users
        calls = {"GET": crm.get_record, "PUT": crm.update_record, "DELETE": crm.delete_record}
        return partial(calls[method], shelf, code) if method in calls else None

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """The ASGI application. Takes HTTP alone."""
        assert scope["type"] == "http"
        parts, more = [], True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        reply = self.answer(Request(scope["method"], scope["path"], query, headers, b"".join(parts)))
        named = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": named})
        await send({"type": "http.response.body", "body": reply.body})


@dataclass
class InstanceTransport(httpx.BaseTransport):
    """Carries the requests of an `httpx.Client` to an instance in this process, without threads or a network."""

    instance: Version1Instance

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request and its answer."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = request.url.query.decode("latin-1")
        asked = Request(request.method, request.url.path, query, headers, request.read())
        reply = self.instance.answer(asked)
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body)
