"""The checks of `affino-mcp doctor` that the functions make themselves: what each reaches under its own role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from affino_mcp.cli.checks import DoctorFinding
from affino_mcp.cli.service import Service
from affino_mcp.self_check.findings import NOT_ASKED, StoreFinding, ask_stores, read_findings
from affino_mcp.self_check.handler import SELF_CHECK_EVENT
from affino_mcp.self_check.probes import build_probes
from affino_mcp.self_check.rights import FUNCTION_RIGHTS
from affino_mcp.store.given_up import SILENT_ERRORS
from affino_mcp.store.stacks import FunctionFailed, Stack, invoke_function

LOCAL_PROCESS: Final = "this service"
"""Stands for a function's name in the local run, where one process is all of them."""
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "http_403", "KMSAccessDeniedException"})
_MISSING: Final = frozenset({"ResourceNotFoundException", "NoSuchBucket"})


def check_functions(service: Service) -> Iterator[DoctorFinding]:
    """One finding for each function and each place that it uses, as the function itself finds it."""
    if service.stack is None:
        stores = service.stores
        probes = build_probes(FUNCTION_RIGHTS, stores.database, stores.secrets, stores.files, service.settings)
        yield from (_describe_finding(LOCAL_PROCESS, one) for one in ask_stores(probes))
        return
    for function in service.stack.functions:
        yield from _check_function(service.stack, function)


def _check_function(stack: Stack, function: str) -> Iterator[DoctorFinding]:
    try:
        answer = invoke_function(stack, function, SELF_CHECK_EVENT)
        found = [_describe_finding(function, one) for one in read_findings(answer)]
    except (FunctionFailed, KeyError, TypeError) as error:
        reason = error.reason if isinstance(error, FunctionFailed) else "not_in_this_version"
        yield DoctorFinding(
            function, ok=False, seen=f"did not check itself: {reason}", fix=_function_fix(reason), function=function
        )
        return
    yield from found


def _function_fix(reason: str) -> str:
    if reason == "not_in_this_version":
        return "Deploy this version to the stack: it has no self-check yet."
    if reason in _DENIED:
        return "Give this caller lambda:InvokeFunction on the stack's functions, or use the operators' role."
    return "Look at the function's log group."


def _describe_finding(function: str, found: StoreFinding) -> DoctorFinding:
    name, asked = f"{function}: {found.service} {found.place}", ", ".join(found.asked)
    more = {"function": function, "service": found.service, "place": found.place}
    if not found.errors:
        return DoctorFinding(name, ok=True, seen=f"may do what it must: {asked}", **more)
    seen = "; ".join(f"{operation}: {error}" for operation, error in found.errors.items())
    error = next(iter(found.errors.values()))
    return DoctorFinding(name, ok=False, seen=seen, fix=_store_fix(function, error), error=error, **more)


def _store_fix(function: str, error: str) -> str:
    if error in _DENIED:
        return f"Give the role {function}Role these rights again: deploy the stack as it is in the template."
    if error in _MISSING:
        return "It does not exist. Deploy the stack again; locally: 'make run' with FRESH=1."
    if error in SILENT_ERRORS or error == NOT_ASKED:
        return "The service gave no answer: look at AWS's health page and at the network. Locally: 'make run'."
    return f"Look for {error} in the function's log group: the line 'store unavailable' has AWS's request id."
