"""Reports of agents: what they needed and had not, and who or what denies it, so that operators can put it right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from affino_mcp.catalogue.families.always import DENIED_BY, REPORT_KIND, REPORT_TOOL, REPORTS, ReportKind
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.caller import Caller, authorise
from affino_mcp.instance.port import Done
from affino_mcp.tool_errors import PermissionDenied, ToolDisabled
from affino_mcp.value_class import value_class

REPORT_METHOD: Final = "report_missing"
"""The catalogue method that the gate answers itself, for every kind of instance."""
BY_NOBODY: Final = "nobody"
"""Who denies a tool that there is not."""
BY_TOOL: Final = "tool"
"""What denies a call that profile and person both allow: the tool's own rules."""


@value_class
class Denial:
    """What denies what an agent needed: `profile`, `person`, `toolset`, `tool` or `nobody`; by which rule, and who can help."""

    denied_by: str
    who_can_fix: str
    rule: str = ""


_NOT_OFFERED: Final = Denial(BY_NOBODY, "whoever makes this service")
_OWN_RULE: Final = Denial(BY_TOOL, "operator")


def find_denial(caller: Caller, values: Mapping[str, Any], at: datetime) -> Denial:
    """Finds out who or what denies what a report is about: asked of the profile and the person as they are now."""
    method = METHODS.get(values.get(REPORT_TOOL.name, "").strip().casefold())
    if values[REPORT_KIND.name] == ReportKind.NO_TOOL or (method is None and REPORT_TOOL.name in values):
        return _NOT_OFFERED
    if method is None:
        return _OWN_RULE
    try:
        authorise(caller, method, at)
    except (ToolDisabled, PermissionDenied) as error:
        told = error.details
        return Denial(told["denied_by"], told["who_can_fix"], told["rule"])
    return _OWN_RULE


def answer_report(caller: Caller, values: Mapping[str, Any], at: datetime) -> Done:
    """The answer of a report; its row names the kind of report as its record, and what denies it."""
    denial = find_denial(caller, values, at)
    rule = {"Rule": denial.rule} if denial.rule else {}
    body = {"Reported": True, DENIED_BY: denial.denied_by, **rule, "WhoCanFix": denial.who_can_fix}
    return Done(body, f"{REPORTS}#{values[REPORT_KIND.name]}")
