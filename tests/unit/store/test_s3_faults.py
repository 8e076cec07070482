"""S3: every call that is given up says why, and a missing object is no fault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from affino_mcp.local.stores import EmulatorCredentials
from affino_mcp.store import wire
from affino_mcp.store.faults import AccessRefused, StoreUnavailable
from affino_mcp.store.files import NoObject
from affino_mcp.store.given_up import GivenUpCall
from affino_mcp.store.s3 import S3FileStore

Answers = list[tuple[int, bytes]]


@pytest.fixture
def answers() -> Answers:
    """What S3 answers to each request: status and body."""
    return []


@pytest.fixture
def given_up() -> list[GivenUpCall]:
    return []


@pytest.fixture
def files(answers: Answers, given_up: list[GivenUpCall], monkeypatch: pytest.MonkeyPatch) -> Iterator[S3FileStore]:
    monkeypatch.setattr(wire, "pause_before_attempt", lambda attempt: None)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            status, body = answers[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("x-amz-request-id", "REQ")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_PUT = do_DELETE = answer  # noqa: N815 (names of http.server)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        yield S3FileStore("bucket", "eu-west-1", EmulatorCredentials(), address, given_up.append)
        server.shutdown()


def fault(name: str) -> bytes:
    return f"<Error><Code>{name}</Code><Message>of user arn:aws:x</Message></Error>".encode()


Deed = Callable[[S3FileStore], object]
DEEDS: dict[str, Deed] = {
    "head": lambda files: files.head("media/7"),
    "read": lambda files: files.read("media/7", 0, 1),
    "copy": lambda files: files.copy("uploads/7", "media/7", "v"),
    "delete": lambda files: files.delete("media/7"),
    "list": lambda files: files.list_objects("media/"),
}
GIVEN_UP: list[tuple[str, str, tuple[int, bytes], type[Exception], tuple[str, str, int, int]]] = [
    ("denied", "read", (403, fault("AccessDenied")), AccessRefused, ("GET", "AccessDenied", 403, 1)),
    ("denied without words", "head", (403, b""), AccessRefused, ("HEAD", "http_403", 403, 1)),
    ("slow down", "read", (503, fault("SlowDown")), StoreUnavailable, ("GET", "SlowDown", 503, 3)),
    (
        "another region",
        "read",
        (301, fault("PermanentRedirect")),
        StoreUnavailable,
        ("GET", "PermanentRedirect", 301, 1),
    ),
    (
        "a conflict",
        "delete",
        (409, fault("OperationAborted")),
        StoreUnavailable,
        ("DELETE", "OperationAborted", 409, 1),
    ),
    ("no right to list", "list", (403, fault("AccessDenied")), AccessRefused, ("GET", "AccessDenied", 403, 1)),
    ("no bucket", "list", (404, fault("NoSuchBucket")), StoreUnavailable, ("GET", "NoSuchBucket", 404, 1)),
    ("no listing", "list", (200, b"<html/>"), StoreUnavailable, ("GET", "not_a_listing", 200, 1)),
    ("a copy that fails", "copy", (200, fault("InternalError")), StoreUnavailable, ("PUT", "InternalError", 200, 1)),
]


@pytest.mark.parametrize(("deed", "answer", "raised", "told"), [g[1:] for g in GIVEN_UP], ids=[g[0] for g in GIVEN_UP])
def test_every_call_that_is_given_up_says_why(
    files: S3FileStore,
    answers: Answers,
    given_up: list[GivenUpCall],
    deed: str,
    answer: tuple[int, bytes],
    raised: type[Exception],
    told: tuple[str, str, int, int],
) -> None:
    answers.append(answer)
    with pytest.raises(raised) as error:
        DEEDS[deed](files)
    (call,) = given_up
    assert (call.operation, call.error, call.status, call.attempts) == told
    assert (call.service, call.place, call.aws_request_id) == ("s3", "media", "REQ")
    assert call.is_access_refused is (raised is AccessRefused)
    assert str(error.value) == call.error


def test_a_missing_object_is_no_fault(files: S3FileStore, answers: Answers, given_up: list[GivenUpCall]) -> None:
    answers.append((404, fault("NoSuchKey")))
    assert files.head("media/7") is None
    with pytest.raises(NoObject):
        files.read("media/7", 0, 1)
    assert given_up == []
