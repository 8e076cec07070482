"""What the log's rows of a call say, told in the call's own answer to a program that keeps a log of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from affino_mcp.audit.changes import Change
from affino_mcp.audit.redact import json_bytes
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.catalogue.call_log import MAX_TOLD_ROWS, PREFERENCE
from affino_mcp.http.signing_headers import single_header
from affino_mcp.rest_edge.request import RestRequest

MAX_TOLD_BYTES: Final = 512 * 1024


def prefers_log(request: RestRequest) -> bool:
    """True when the request asks for what its rows say."""
    named = (single_header(request.headers, "Prefer") or "").split(",")
    return PREFERENCE in {each.partition(";")[0].strip().lower() for each in named}


def describe_log(rows: Iterable[AuditRow]) -> dict[str, Any]:
    """Gives the rows of a call, within their bounds; `LeftOut` counts those for which there was no room."""
    told, room, found = list[dict[str, Any]](), MAX_TOLD_BYTES, _main_first(rows)
    for row in found[:MAX_TOLD_ROWS]:
        described = _describe_row(row.to_document())
        room -= json_bytes(described)
        if room < 0:
            break
        told.append(described)
    return {"Rows": told, "LeftOut": len(found) - len(told)}


def _main_first(rows: Iterable[AuditRow]) -> list[AuditRow]:
    """The rows in their order, first that of the whole call, where there is one."""
    return sorted(rows, key=lambda row: bool(row.share))


def _describe_row(document: Mapping[str, Any]) -> dict[str, Any]:
    is_item = document["share"].startswith("item ")
    parts = {"Arguments": document["arguments"], "Warnings": document["warnings"]} if is_item else {}
    return {
        "Share": document["share"],
        "Record": document["record"],
        "Records": document["records"],
        "Result": document["result"],
        "Whole": document["outcome"] != Outcome.INCOMPLETE,
        "Changes": [_describe_change(change) for change in document["changes"]],
        **parts,
    }


def _describe_change(change: Change) -> dict[str, Any]:
    fields = {name: {side.title(): value for side, value in pair.items()} for name, pair in change["fields"].items()}
    left_out = {"LeftOut": change["left_out"]} if "left_out" in change else {}
    return {"Record": change["record"], "Deed": change["deed"], "Fields": fields, **left_out}
