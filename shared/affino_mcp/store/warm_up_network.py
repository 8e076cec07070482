"""What takes the network's place while a process is warmed up: DynamoDB and Secrets Manager as they answer when all goes well."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

from affino_mcp.store.render import WireDocument

JsonBody = dict[str, Any]


class AnsweringSocket(socket.socket):
    """A socket of this process alone, which has the answer to a request as soon as that is sent."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        ours, self._theirs = socket.socketpair()
        super().__init__(ours.family, ours.type, fileno=ours.detach())
        self._answer = answer

    def sendall(self, data: Any, flags: int = 0, /) -> None:  # noqa: ARG002 (as socket's)
        """Takes a whole request."""
        self._theirs.sendall(self._answer(data))

    def close(self) -> None:
        """Closes both ends."""
        self._theirs.close()
        super().close()


class WarmUpNetwork:
    """Stores that keep rows and secrets in memory, and what opens connections to them.

    Enough for calls that are thrown away: no condition is evaluated, an update changes nothing, a query finds nothing.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], WireDocument] = {}
        self._secrets: dict[str, str] = {}

    def connect(self, host: bytes, port: int, seconds: float) -> socket.socket:  # noqa: ARG002 (nothing is far)
        """Gives a connection; see store.connections.Connect."""
        return AnsweringSocket(self._answer_request)

    def _answer_request(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        operation = head.partition(b"\r\nX-Amz-Target: ")[2].partition(b"\r\n")[0].rpartition(b".")[2].decode()
        data = json.dumps(self.answer_operation(operation, json.loads(body))).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(data), data)

    def answer_operation(self, operation: str, body: JsonBody) -> JsonBody:
        """Gives the answer to one operation, in AWS's JSON."""
        match operation:
            case "GetItem":
                return self._show_row("Item", body["TableName"], body["Key"])
            case "UpdateItem":
                return self._show_row("Attributes", body["TableName"], body["Key"])
            case "BatchGetItem":
                asked = body["RequestItems"].items()
                return {"Responses": {table: self._find_rows(table, wanted["Keys"]) for table, wanted in asked}}
            case "PutItem":
                self._keep_row(body)
            case "TransactWriteItems":
                for written in body["TransactItems"]:
                    self._keep_row(written.get("Put", {}))
            case "PutSecretValue":
                self._secrets[body["SecretId"]] = body["SecretString"]
            case "GetSecretValue":
                return {"SecretString": self._secrets[body["SecretId"]]}
        return {}

    def _keep_row(self, put: JsonBody) -> None:
        if put:
            self._rows[_place(put["TableName"], put["Item"])] = put["Item"]

    def _find_rows(self, table: str, keys: list[WireDocument]) -> list[WireDocument]:
        return [row for key in keys if (row := self._rows.get(_place(table, key)))]

    def _show_row(self, name: str, table: str, key: WireDocument) -> JsonBody:
        found = self._rows.get(_place(table, key))
        return {name: found} if found else {}


def _place(table: str, row: WireDocument) -> tuple[str, str, str]:
    return table, row["pk"]["S"], row["sk"]["S"]
