"""An instance elsewhere, in process: the way to it that a service takes, without a network."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx

from affino_mcp import wiring
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.routes import find_route
from affino_mcp.clock import Clock
from affino_mcp.dispatch import CallMeta
from affino_mcp.errors import Refusal
from affino_mcp.gate.caller import Caller
from affino_mcp.http.request_signature import sign_request
from affino_mcp.instance.builtin.engine.idempotency import idempotency_row_key
from affino_mcp.instance.port import Call, NoCallLog
from affino_mcp.instance.upkeep import Operator
from affino_mcp.settings import Settings


class InstanceTransport(httpx.BaseTransport):
    """Answers requests as the REST API of the builtin instance does."""

    def __init__(self, settings: Settings, stores: wiring.Stores, clock: Clock) -> None:
        self._settings, self._stores, self._clock = settings, stores, clock
        self._gate = wiring.build_gate(stores, settings, clock)
        self._dispatch = wiring.build_dispatch(stores, settings, clock)
        self._seen: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = request.headers
        target = request.url.raw_path.decode()
        state = self._gate._reader.read_current(headers["apikey"])
        assert state is not None
        secret = state.profile.secret
        body = request.read()
        ours = sign_request(request.method, target, body, secret, headers["timestamp"])
        if ours != headers["signature"] or ours in self._seen:
            return _error(401, "-103" if ours in self._seen else "-102", "signature", "No.")
        self._seen.add(ours)
        if "accesstoken" not in headers and "/requests/" in target:
            path, _, query = target.partition("?UserCode=")
            return self._outcome(int(query), headers["apikey"], unquote(path.rpartition("/")[2]), told=False)
        sent = [
            (b"x-api-key", headers["apikey"].encode()),
            (b"x-api-secret", secret.encode()),
            (b"authorization", f"Bearer {headers.get('accesstoken', '')}".encode()),
        ]
        try:
            caller = self._gate.admit(sent, charge=True)
            answer = self._answer(caller, request, body)
        except Refusal as refusal:
            return _error(refusal.status, str(refusal.code), refusal.type, refusal.message)
        answer.headers["ActedAs"] = str(caller.person.user_code)
        return answer

    def _answer(self, caller: Caller, request: httpx.Request, body: bytes) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix(f"/rest/{self._settings.instance}/v2")
        if not path:
            offered = {m.name: {"Arguments": [f.name for f in m.all_arguments]} for m in METHODS.values()}
            return httpx.Response(200, json={"Contract": "2.0", "Methods": offered}, headers={"ETag": '"1"'})
        if path.startswith("/requests/"):
            key = unquote(path.removeprefix("/requests/"))
            return self._outcome(caller.person.user_code, caller.profile.key, key, told=True)
        found = find_route(request.method, path)
        if found is None:
            return _error(404, "-31004", "path_not_found", "No.")
        route, values = found
        query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        arguments: dict[str, Any] = {**values, **(json.loads(body) if body else query)}
        meta = CallMeta(request.headers.get("x-request-id", ""), secrets=())
        told = self._dispatch.call_tool(caller, route.method.name, arguments, meta)
        if told.status >= 400:
            error = told.body["error"]
            return _error(told.status, str(error["code"]), error["type"], error["message"], error["details"])
        return httpx.Response(200, json=told.body)

    def _outcome(self, user_code: int, profile: str, key: str, *, told: bool) -> httpx.Response:
        call = Call(Operator(user_code=user_code), profile, lambda _: True, self._clock(), "", b"", NoCallLog())
        row = self._stores.database.get(self._settings.records_table, idempotency_row_key(call, key))
        if row is None:
            return httpx.Response(200, json={"Outcome": "not_applied"})
        answer = {"Answer": json.loads(row["body"])} if told else {}
        return httpx.Response(200, json={"Outcome": "applied", **answer})


def _error(status: int, code: str, kind: str, message: str, details: Any = None) -> httpx.Response:
    error = {"code": code, "type": kind, "message": message, "details": details or {}}
    return httpx.Response(status, json={"error": error})
