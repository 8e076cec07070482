"""The Runtime API of AWS Lambda on loopback: hands one event at a time to a runtime client, and takes its answer.

See "Building a custom runtime" in the AWS Lambda Developer Guide: `next` hands out an event with its id and its deadline,
`response` and `error` take what became of it. A function that starts from a snapshot asks `restore/next` when it is ready,
and is answered when it is restored ("Runtime hooks for Lambda SnapStart").
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affino_mcp.http.answer_bound import MAX_ANSWER_BYTES
from scripts.prove.quiet_server import QuietHandler, QuietServer

STOP_SECONDS = 10
_VERSION_PATH = "/2018-06-01/runtime"


class CutOff(Exception):
    """The function did not answer before its deadline, or ended: Lambda would have answered in its place."""


@dataclass(frozen=True)
class Invocation:
    """One event for the function, and the moment at which Lambda ends it, in seconds since the epoch."""

    id: str
    event: dict[str, Any]
    deadline: float


class RuntimeApi:
    """The server side of the Runtime API. `invoke` may be called by one thread at a time."""

    def __init__(self) -> None:
        self._events: queue.Queue[Invocation] = queue.Queue()
        self._answers: queue.Queue[tuple[str, str, bytes]] = queue.Queue()
        self._ready, self._restored = threading.Event(), threading.Event()
        self._server = QuietServer(self._handler_class())

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API holds them."""
        return self._server.address

    def invoke(self, event: dict[str, Any], seconds: float, told_seconds: float | None = None) -> dict[str, Any]:
        """Gives the function's answer to an event that it must answer within `seconds`. Raises CutOff.

        `told_seconds`: what the function is told that it has, when that is less.
        """
        sent = Invocation(str(uuid.uuid4()), event, time.time() + (told_seconds or seconds))
        self._events.put(sent)
        try:
            request_id, kind, body = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise CutOff(f"no answer within {seconds} s") from None
        if (request_id, kind) != (sent.id, "response"):
            raise CutOff(f"the function reported: {kind}")
        answer: dict[str, Any] = json.loads(body)
        return answer

    def wait_for_snapshot(self, seconds: float) -> None:
        """Waits until the function can be put into a snapshot. Raises CutOff."""
        if not self._ready.wait(seconds):
            raise CutOff(f"no snapshot within {seconds} s")

    def restore(self) -> None:
        """Lets the function go on after its snapshot."""
        self._restored.set()

    def close(self) -> None:
        """Stops the server."""
        self._restored.set()
        self._server.close()

    def _handler_class(api) -> type[QuietHandler]:  # noqa: N805 (`self` is the request below)
        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 (a name of http.server)
                """Hands out the next event (`.../invocation/next`), or waits for the restore (`.../restore/next`)."""
                if self.path.endswith("/restore/next"):
                    api._ready.set()
                    api._restored.wait()
                    self.send_answer(200, {}, b"")
                    return
                found = api._events.get()
                body = json.dumps(found.event).encode()
                self.send_answer(200, invocation_headers(found), body)

            def do_POST(self) -> None:  # noqa: N802 (a name of http.server)
                """Takes an answer or an error (`.../invocation/ID/response`, `.../error`, `.../init/error`)."""
                parts = self.path.removeprefix(_VERSION_PATH).strip("/").split("/")
                request_id = parts[1] if parts[0] == "invocation" else ""
                body = self.read_body()
                is_too_large = len(body) > MAX_ANSWER_BYTES
                api._answers.put((request_id, "an answer that is too large" if is_too_large else parts[-1], body))
                self.send_answer(413 if is_too_large else 202, {}, b"")

        return Handler


def invocation_headers(found: Invocation) -> dict[str, str]:
    """Gives the header fields with which an event is handed out."""
    return {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": found.id,
        "Lambda-Runtime-Deadline-Ms": str(int(found.deadline * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:000000000000:function:prove",
    }


@contextmanager
def running_function(
    command: Sequence[str | Path], folder: Path, variables: Mapping[str, str], log: Path
) -> Iterator[RuntimeApi]:
    """Runs a function in the runtime client during the body. `folder` is the function's, `command` starts the client."""
    api = RuntimeApi()
    named = {
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "AWS_LAMBDA_FUNCTION_NAME": "prove",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/prove",
        "AWS_LAMBDA_LOG_STREAM_NAME": "prove",
        "LAMBDA_TASK_ROOT": str(folder),
    }
    with log.open("ab") as output:
        client = subprocess.Popen(
            [*command], cwd=folder, env={**variables, **named}, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield api
    finally:
        client.terminate()
        client.wait(STOP_SECONDS)
        api.close()
