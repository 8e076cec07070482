"""X-Ray subsegments of calls to stores, sent to the daemon that Lambda runs beside a traced function.

A subsegment says service, operation, table or folder, HTTP status and times, and never a key or a value: one UDP packet for
each call. The form is AWS's (docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html, xray-api-sendingdata.html).
Nothing is measured or sent for an invocation that X-Ray does not sample. Powertools' Tracer would cost 240 ms of every start.
"""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, Final, NamedTuple

from affino_mcp.late_pattern import late_pattern
from affino_mcp.settings import TraceEnvironment, read_trace_environment

SERVICE_NAMES: Final[Mapping[str, str]] = {
    "dynamodb": "DynamoDB",
    "kms": "KMS",
    "s3": "S3",
    "secretsmanager": "Secrets Manager",
    "sns": "SNS",
}
"""The names of subsegments, by AWS's short names of the services."""
_PACKET_HEADER: Final = b'{"format": "json", "version": 1}\n'
_ROOT: Final = late_pattern(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_PARENT: Final = late_pattern(r"[0-9a-f]{16}")
_UDP_ADDRESS: Final = late_pattern(r"(?:.*\budp:|(?!tcp:))([0-9.]+):([0-9]{1,5})(?: .*)?")


class SampledTrace(NamedTuple):
    """A trace that X-Ray samples: its id, the segment of this invocation, and the daemon's address."""

    root: str
    parent: str
    daemon: tuple[str, int]


class CallEnd:
    """How a call ended: `status` is the HTTP status of its last answer, 0 without one."""

    def __init__(self) -> None:
        self.status = 0


def trace_call(service: str, operation: str, find_place: Callable[[], str]) -> AbstractContextManager[CallEnd]:
    """Traces the call in the body, which notes its status; a body that raises failed. `find_place` gives the table or folder."""
    trace = find_sampled_trace(read_trace_environment())
    return nullcontext(CallEnd()) if trace is None else _trace_sampled_call(trace, service, operation, find_place)


@contextmanager
def _trace_sampled_call(
    trace: SampledTrace, service: str, operation: str, find_place: Callable[[], str]
) -> Iterator[CallEnd]:
    end, start, is_done = CallEnd(), time.time(), False
    try:
        yield end
        is_done = True
    finally:
        document = _describe_call(trace, service, operation, find_place(), end.status)
        failed = {} if is_done else {_name_failure(end.status): True}
        _send_packet(trace, {**document, **failed, "start_time": start, "end_time": time.time()})


def find_sampled_trace(found: TraceEnvironment) -> SampledTrace | None:
    """Gives the trace of the present invocation; None when it is not sampled, or there is no daemon."""
    if "Sampled=1" not in found.header:
        return None
    parts = dict(part.strip().partition("=")[::2] for part in found.header.split(";"))
    root, parent, daemon = parts.get("Root", ""), parts.get("Parent", ""), _UDP_ADDRESS.fullmatch(found.daemon)
    if daemon is None or parts.get("Sampled") != "1" or not (_ROOT.fullmatch(root) and _PARENT.fullmatch(parent)):
        return None
    return SampledTrace(root, parent, (daemon[1], int(daemon[2])))


def _describe_call(trace: SampledTrace, service: str, operation: str, place: str, status: int) -> dict[str, Any]:
    named = {"table_name": place} if service == "dynamodb" else {"resource_names": [place]}
    return {
        "name": SERVICE_NAMES.get(service, service),
        "id": secrets.token_hex(8),
        "trace_id": trace.root,
        "parent_id": trace.parent,
        "type": "subsegment",
        "namespace": "aws",
        "aws": {"operation": operation, **(named if place else {})},
        **({"http": {"response": {"status": status}}} if status else {}),
    }


def _name_failure(status: int) -> str:
    """X-Ray's word for a failure: the caller's (`error`), a limit's (`throttle`), the service's or the network's (`fault`)."""
    return "throttle" if status == 429 else "error" if 400 <= status < 500 else "fault"


def _send_packet(trace: SampledTrace, document: Mapping[str, Any]) -> None:
    """Sends one packet, without waiting; a daemon that is not there loses it."""
    with suppress(OSError, OverflowError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto(_PACKET_HEADER + json.dumps(document, separators=(",", ":")).encode(), trace.daemon)
