"""API Gateway's events of a REST API, and the answers to them, without an event loop (Lambda proxy integration).

Field names: Amazon API Gateway Developer Guide, "Input format of a Lambda function for proxy integration".
"""

from __future__ import annotations

import base64
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope

T = TypeVar("T")


def event_scope(event: dict[str, Any], context: Any, stage: str) -> Scope:
    """Gives the ASGI scope of an event's request. The query is left out: nothing here may be told in one."""
    headers = _event_headers(event)
    host, _, port = headers.get("host", "").partition(":")
    identity = event["requestContext"].get("identity") or {}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.0"},
        "http_version": "1.1",
        "method": event["httpMethod"],
        "scheme": headers.get("x-forwarded-proto", "https"),
        "path": unquote(_below_stage(event.get("path") or "/", f"/{stage}")),
        "raw_path": None,
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": (host, int(port) if port.isdecimal() else 443),
        "client": (identity.get("sourceIp"), 0),
        "aws.event": event,
        "aws.context": context,
    }


def _event_headers(event: dict[str, Any]) -> dict[str, str]:
    """The headers by their names in small letters; what came several times is joined, as HTTP joins it."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = ", ".join(values)
    return headers


def _below_stage(path: str, base: str) -> str:
    return path[len(base) :] or "/" if path == base or path.startswith(f"{base}/") else path


def event_body(event: dict[str, Any]) -> Receive:
    """Gives what an ASGI application reads the event's body with: the body, then nothing, because no caller hangs up."""
    text = event.get("body") or ""
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return unread.pop() if unread else await _nothing()

    return receive


async def _nothing() -> Message:
    import asyncio  # noqa: PLC0415 (an application that reads on has loaded it)

    never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await never


def event_answer(status: int, headers: Iterable[tuple[bytes, bytes]], text: str) -> dict[str, Any]:
    """Gives the answer that Lambda passes on to the API."""
    sent = {name.decode(): value.decode() for name, value in headers}
    return {"statusCode": status, "headers": sent, "multiValueHeaders": {}, "body": text, "isBase64Encoded": False}


def run_at_once(work: Coroutine[Any, Any, T]) -> T:
    """Gives the result of a coroutine that waits for nothing, as none does in a process with one request at a time.

    Raises RuntimeError when it waits.
    """
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("a coroutine waited where no event loop runs")
