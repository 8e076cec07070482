"""Where notices are sent: to an Amazon SNS topic, or as lines of a file (the local run).

SNS speaks AWS's query protocol alone: a form is posted, and the answer is XML
(docs.aws.amazon.com/sns/latest/api/API_Publish.html).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlencode

from affino_mcp.clock import Clock, format_iso, start_stopwatch, utc_now
from affino_mcp.late_pattern import late_pattern
from affino_mcp.store.connections import ConnectionPool, ExchangeBroken, NotConnected
from affino_mcp.store.faults import AccessRefused, StoreUnavailable, Unanswered
from affino_mcp.store.given_up import GivenUpCall, Report, report_to_nobody
from affino_mcp.store.network_faults import NO_TIME_LEFT, NOT_CONNECTED, RequestFault, broken_exchange
from affino_mcp.store.signature_v4 import PostSigner
from affino_mcp.store.tracing import trace_call
from affino_mcp.store.wire import AwsCredentials, attempt_timeouts

SNS_VERSION: Final = "2010-03-31"
MAX_SUBJECT: Final = 99
"""SNS takes fewer than 100 printable ASCII characters, beginning with a letter, digit or punctuation mark."""
_FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
_FAULT_NAME: Final = late_pattern(rb"<Code>([A-Za-z.]{1,60})</Code>")
_ACCESS_STATUSES: Final = frozenset({401, 403, 404})
_FINAL_STATUSES: Final = frozenset({400}) | _ACCESS_STATUSES
"""The HTTP statuses after which the same request is not sent again."""


class NoticeSender(Protocol):
    """Sends notices."""

    def send(self, title: str, text: str) -> None:
        """Sends one. Raises StoreUnavailable: it was not sent, or (Unanswered) perhaps twice when it is sent again."""


class SnsTopic:
    """Publishes to one topic. `endpoint` is empty for AWS, else one address for every service (the local emulator).

    `report` takes note of each call that is given up.
    """

    def __init__(
        self, topic: str, credentials: AwsCredentials, endpoint: str = "", report: Report = report_to_nobody
    ) -> None:
        self._topic, self._credentials, self._report = topic, credentials, report
        region = topic.split(":")[3]
        self._connections = ConnectionPool(endpoint or f"https://sns.{region}.amazonaws.com")
        self._signer = PostSigner("sns", region)

    def send(self, title: str, text: str) -> None:
        """See NoticeSender."""
        form = {"Action": "Publish", "Version": SNS_VERSION, "TopicArn": self._topic}
        data = urlencode(form | {"Subject": _plain_subject(title), "Message": text}).encode()
        place = self._topic.rpartition(":")[2]
        with trace_call("sns", "Publish", lambda: place) as end:
            elapsed, fault, attempt = start_stopwatch(), NO_TIME_LEFT, 0
            for attempt, seconds in enumerate(attempt_timeouts(), 1):  # noqa: B007 (the last one is told below)
                found = self._send_once(data, seconds)
                if found is None:
                    end.status = 200
                    return
                fault, end.status = found, found.status
                if fault.status in _FINAL_STATUSES:
                    break
            told = fault.error, fault.status, fault.aws_request_id, attempt, elapsed()
            self._report(GivenUpCall("sns", "Publish", place, *told))
            raise _error_of(fault)(fault.error)

    def _send_once(self, data: bytes, seconds: float) -> RequestFault | None:
        """Sends the request once; None when it was carried out."""
        headers = {"Host": self._connections.host, "Content-Type": _FORM}
        signed = self._signer.sign(headers, data, self._credentials.get_frozen_credentials(), utc_now())
        try:
            answer = self._connections.post(data, signed, seconds)
        except NotConnected:
            return NOT_CONNECTED
        except ExchangeBroken as broken:
            return broken_exchange(timed_out=broken.timed_out)
        if answer.status == 200:
            return None
        named = _FAULT_NAME.search(answer.body)
        name = named[1].decode() if named else f"http_{answer.status}"
        return RequestFault(name, answer.status >= 500, answer.status, answer.request_id)


class NoticeFile:
    """Appends notices to a file that its owner alone may read (mode 0600): a line with the time and title, then the text."""

    def __init__(self, path: Path, clock: Clock = utc_now) -> None:
        self._path, self._clock = path, clock

    def send(self, title: str, text: str) -> None:
        """See NoticeSender."""
        lines = [f"{format_iso(self._clock())} {title}", *(f"  {line}" for line in text.splitlines() if line), ""]
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write("\n".join(lines))
        except OSError as error:
            raise StoreUnavailable("the file of notices cannot be written") from error


def open_notice_sender(target: str, open_topic: Callable[[str], NoticeSender]) -> NoticeSender | None:
    """Gives what sends notices to a topic (its ARN) or a file (its path); None for an empty text."""
    if target.startswith("arn:"):
        return open_topic(target)
    return NoticeFile(Path(target)) if target else None


def _plain_subject(title: str) -> str:
    plain = "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in title)
    return f"Affino MCP: {plain}"[:MAX_SUBJECT]


def _error_of(fault: RequestFault) -> type[StoreUnavailable]:
    if fault.is_unanswered:
        return Unanswered
    return AccessRefused if fault.status in _ACCESS_STATUSES else StoreUnavailable
