"""Where notices go: SNS over a real socket, signed, with its faults told apart; and lines in a file."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from affino_mcp.deadline import deadline
from affino_mcp.local.stores import EmulatorCredentials
from affino_mcp.store import wire
from affino_mcp.store.faults import AccessRefused, StoreUnavailable, Unanswered
from affino_mcp.store.given_up import GivenUpCall
from affino_mcp.store.notice_senders import MAX_SUBJECT, NoticeFile, SnsTopic, open_notice_sender
from tests.clock import TestClock

TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
DONE = (200, b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")


def fault(status: int, code: str) -> tuple[int, bytes]:
    return status, f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()


@dataclass
class Sns:
    """Gives the answers in turn, then repeats the last one; keeps the forms and header fields."""

    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [DONE])
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    given_up: list[GivenUpCall] = field(default_factory=list)
    address: str = ""

    def topic(self) -> SnsTopic:
        return SnsTopic(TOPIC, EmulatorCredentials(), self.address, self.given_up.append)


@pytest.fixture
def sns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sns]:
    monkeypatch.setattr(wire, "pause_before_attempt", lambda attempt: None)
    found = Sns()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.forms.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            found.headers.append(dict(self.headers.items()))
            status, body = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        found.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield found
        server.shutdown()


def test_a_notice_is_published_in_the_topics_own_region(sns: Sns) -> None:
    sns.topic().send("New secret: “Newsroom”\nBcc: x" + "!" * 100, "Zoë made one & more.")
    (form,), (headers,) = sns.forms, sns.headers
    assert (form["Action"], form["Version"], form["TopicArn"]) == (["Publish"], ["2010-03-31"], [TOPIC])
    assert form["Message"] == ["Zoë made one & more."]
    (subject,) = form["Subject"]
    assert subject.startswith("Affino MCP: New secret: ?Newsroom??Bcc: x!!!")
    assert len(subject) == MAX_SUBJECT
    assert "/eu-central-1/sns/aws4_request" in headers["Authorization"]


@pytest.mark.parametrize(
    ("answer", "error", "requests"),
    [
        (fault(403, "AuthorizationError"), AccessRefused, 1),
        (fault(404, "NotFound"), AccessRefused, 1),
        (fault(400, "InvalidParameter"), StoreUnavailable, 1),
        (fault(429, "Throttled"), StoreUnavailable, 3),
        (fault(500, "InternalError"), Unanswered, 3),
        ((502, b""), Unanswered, 3),
    ],
)
def test_faults_are_told_apart(sns: Sns, answer: tuple[int, bytes], error: type[Exception], requests: int) -> None:
    sns.answers = [answer]
    with pytest.raises(StoreUnavailable) as found:
        sns.topic().send("title", "a text")
    assert (type(found.value), len(sns.forms)) == (error, requests)
    (call,) = sns.given_up
    assert (call.service, call.operation, call.place, call.status) == ("sns", "Publish", "alarms", answer[0])
    assert "a text" not in str(call)


def test_a_fault_that_passes_is_waited_for(sns: Sns) -> None:
    sns.answers = [fault(500, "InternalError"), fault(429, "Throttled"), DONE]
    sns.topic().send("title", "text")
    assert (len(sns.forms), sns.given_up) == (3, [])


def test_nothing_is_begun_that_cannot_end(sns: Sns) -> None:
    with deadline(lambda: 2.05), pytest.raises(StoreUnavailable):
        sns.topic().send("title", "text")
    assert (sns.forms, [call.error for call in sns.given_up]) == ([], ["deadline"])


def test_a_topic_that_cannot_be_reached(sns: Sns) -> None:
    sns.address = "http://127.0.0.1:9"
    with pytest.raises(StoreUnavailable):
        sns.topic().send("title", "text")
    assert [call.error for call in sns.given_up] == ["connect"]


def test_lines_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "notices.log"
    sender = NoticeFile(path, TestClock())
    sender.send("New secret: Newsroom", "Somebody made one.\n\nWhat to do: look.\n")
    sender.send("Another", "Text.")
    assert path.read_text().splitlines() == [
        "2026-11-23T09:00:00.000000Z New secret: Newsroom",
        "  Somebody made one.",
        "  What to do: look.",
        "2026-11-23T09:00:00.000000Z Another",
        "  Text.",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(StoreUnavailable):
        NoticeFile(tmp_path / "none" / "notices.log").send("title", "text")


def test_what_the_setting_names() -> None:
    opened = SnsTopic(TOPIC, EmulatorCredentials())
    assert open_notice_sender(TOPIC, lambda _: opened) is opened
    assert isinstance(open_notice_sender("notices.log", lambda _: opened), NoticeFile)
    assert open_notice_sender("", lambda _: opened) is None
