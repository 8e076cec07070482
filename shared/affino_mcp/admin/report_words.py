"""What agents reported as missing, in words, with what an operator can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.audit.missing_reports import ReportReason
from affino_mcp.catalogue.families.always import ReportKind

_KINDS: Final[Mapping[str, str]] = {
    ReportKind.NO_TOOL: "No tool for it",
    ReportKind.NO_RIGHT: "No right to it",
    ReportKind.WRONG_REFUSAL: "A refusal that is wrong",
}
_REMEDIES: Final[Mapping[str, str]] = {
    "profile": "Switch the tool's family on in the API Profile, if the agent shall have it.",
    "person": "Give the person a security group with the right, if they shall have it.",
    "toolset": "The address or the header of the person's connection leaves the family out: the person can change it.",
    "grant": "The person left the family out when they connected the app: they can connect it again.",
    "scope": "The app was not given so much: the person can connect it again with more permissions.",
    "tool": "Profile and person allow it: read the refusal in the API Log, and see whether the rule fits.",
    "nobody": "There is no such tool: tell whoever makes this service, or show the agent another way.",
}


def describe_report(reason: ReportReason) -> str:
    """A reason in words, with the tool that it is about."""
    words = _KINDS.get(reason.kind, reason.kind)
    return f"{words}: {reason.tool}" if reason.tool else words


def describe_remedy(reason: ReportReason) -> str:
    """What can be done about a reason, and by whom."""
    return _REMEDIES.get(reason.denied_by, "")
