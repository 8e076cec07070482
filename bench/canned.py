"""Stores with fixed answers: DynamoDB and Secrets Manager on a loopback port.

    python -m bench.canned PORT     # prints the port, which the system chooses for 0

The gate's rows are written by the service's own code into memory and played back over HTTP, so that the service under
measurement signs, sends and parses as it does in AWS, and the time of a real store does not count. Conditions are not
evaluated and nothing is kept.
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.clock import utc_now
from affino_mcp.gate.people.people import People
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.gate.sessions import sessions
from affino_mcp.settings import Settings
from affino_mcp.store import render
from affino_mcp.store.ops import Item, Key
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.memory_secrets import MemorySecretStore
from bench.credentials import KEY, SECRET, TOKEN

SETTINGS = Settings()
JsonBody = dict[str, Any]


def seed_stores(key: str, secret: str, token: str) -> tuple[MemoryDatabase, MemorySecretStore]:
    """Gives stores with one profile that allows everything, one person, and one session with these credentials."""
    database, secrets = MemoryDatabase(), MemorySecretStore()
    drawn = iter((key, secret))
    profiles = Profiles(database, secrets, SETTINGS, utc_now, draw=lambda _: next(drawn))
    profiles.create("bench", {family: frozenset(Access) for family in SWITCHED_FAMILIES}, rate=6_000, burst=6_000)
    person = People(database, SETTINGS, utc_now).create(1, "Bench", "bench@example.org", ["Sales Managers"])
    tokens = iter((token, "00000000-0000-4000-8000-000000000001"))
    drawing, sessions.new_token = sessions.new_token, lambda: next(tokens)  # type: ignore[attr-defined]
    sessions.Sessions(database, SETTINGS, utc_now).create_session(person.user_code, key)
    sessions.new_token = drawing  # type: ignore[attr-defined]
    return database, secrets


class CannedAnswers:
    """The fixed answers to operations of DynamoDB and Secrets Manager."""

    def __init__(self, database: MemoryDatabase, secrets: MemorySecretStore) -> None:
        self._database, self._secrets = database, secrets

    def answer_operation(self, operation: str, body: JsonBody) -> JsonBody:
        """Gives the answer to one operation, in AWS's JSON."""
        match operation:
            case "GetItem":
                return self._item_answer("Item", body["TableName"], body["Key"])
            case "UpdateItem":
                return self._item_answer("Attributes", body["TableName"], body["Key"])
            case "BatchGetItem":
                return {"Responses": self._batch_answer(body["RequestItems"]), "UnprocessedKeys": {}}
            case "Query":
                return {"Items": []}
            case "GetSecretValue":
                document = self._secrets.read(body["SecretId"], body["VersionId"])
                return {"SecretString": json.dumps(document), "VersionId": body["VersionId"]}
        return {}

    def _batch_answer(self, asked: JsonBody) -> JsonBody:
        """The rows of each table that are there, such as a session; a row of the records is never there."""
        found = {
            table: [self._item_answer("Item", table, key) for key in wanted["Keys"]] for table, wanted in asked.items()
        }
        return {table: [answer["Item"] for answer in answers if answer] for table, answers in found.items()}

    def _item_answer(self, name: str, table: str, key: JsonBody) -> JsonBody:
        found: Item | None = self._database.get(table, Key(key["pk"]["S"], key["sk"]["S"]))
        return {name: render.item_to_wire(found)} if found else {}


def make_handler(canned: CannedAnswers) -> type[BaseHTTPRequestHandler]:
    """Makes the HTTP request handler; the operation's name is the last part of X-Amz-Target."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            data = json.dumps(canned.answer_operation(operation, body)).encode()
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(data) + data)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    return Handler


def main(port: int) -> None:
    """Serves until the process is killed."""
    key, secret, token = os.environ.get("BENCH_CREDENTIALS", f"{KEY} {SECRET} {TOKEN}").split()
    server = ThreadingHTTPServer(("127.0.0.1", port), make_handler(CannedAnswers(*seed_stores(key, secret, token))))
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
