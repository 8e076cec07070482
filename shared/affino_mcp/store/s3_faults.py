"""The faults that S3 names in its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from affino_mcp.late_pattern import late_pattern
from affino_mcp.store.network_faults import RequestFault

if TYPE_CHECKING:
    import urllib3

_FAULT_NAME: Final = late_pattern(rb"<Code>([A-Za-z]{1,60})</Code>")


def answer_fault(answer: urllib3.BaseHTTPResponse) -> RequestFault:
    """The fault that S3 names in an answer's body; an answer to HEAD has none."""
    named = _FAULT_NAME.search(answer.data or b"")
    name = named[1].decode() if named else f"http_{answer.status}"
    request_id = answer.headers.get("x-amz-request-id", "")
    return RequestFault(name, is_unanswered=True, status=answer.status, aws_request_id=request_id)
