"""The last bound of a function's answer: what Lambda would not pass on is told in our own words, instead of a bare 502.

Every page, file and tool keeps below it by limits of its own; this is for what they have left out.
"""

from __future__ import annotations

import json
from typing import Any, Final

from affino_mcp import observability

MAX_ANSWER_BYTES: Final = 6_291_556
"""The largest answer of a function that Lambda passes on, in bytes of JSON (AWS Lambda Developer Guide, "Lambda quotas")."""
ALWAYS_FITS: Final = MAX_ANSWER_BYTES // 12
"""The characters of a body that always fit: one takes six bytes of JSON at most, and half of the answer is left to the rest."""
TOO_LARGE_STATUS: Final = 500
_HEADERS: Final = {
    "content-type": ["application/json"],
    "cache-control": ["no-store"],
    "x-content-type-options": ["nosniff"],
}


def text_bytes_in_answer(text: str) -> int:
    """Gives the bytes that a text takes in a function's answer, which is JSON: a quotation mark takes two."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def bound_answer(answer: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Gives the answer, or, in place of one that Lambda would refuse, one that says so."""
    size = len(json.dumps(answer, ensure_ascii=False).encode())
    if size <= MAX_ANSWER_BYTES:
        return answer
    request_id = str((event.get("requestContext") or {}).get("requestId") or "")
    fields = {"path": str((event.get("requestContext") or {}).get("resourcePath") or ""), "bytes": size}
    observability.log_fault("answer too large", {**fields, "request_id": request_id})
    return {
        "statusCode": TOO_LARGE_STATUS,
        "headers": {},
        "multiValueHeaders": _HEADERS,
        "body": json.dumps(_too_large_document(request_id)),
        "isBase64Encoded": False,
    }


def _too_large_document(request_id: str) -> dict[str, Any]:
    """The error in the shape of API Gateway's own answers in the template."""
    told = {
        "type": "outcome_unknown",
        "who_can_fix": "caller",
        "next": "Ask for less: fewer rows, fewer fields or a shorter time. Look before you repeat a write.",
        "request_id": request_id,
    }
    message = "The answer is too large to be passed on. Whether the call changed something is not known."
    error = {"code": -31054, "type": "outcome_unknown", "message": message, "data": told}
    return {"jsonrpc": "2.0", "id": None, "error": error}
