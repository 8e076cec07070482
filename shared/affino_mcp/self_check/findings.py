"""Runs the probes of a self-check, and says of each store what it allowed and what it did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from typing import Any, Final

from affino_mcp import observability
from affino_mcp.self_check.probes import StoreProbe
from affino_mcp.store.faults import CollectionFull, StoreRejected, StoreUnavailable
from affino_mcp.store.given_up import SILENT_ERRORS
from affino_mcp.value_class import value_class

NOT_ASKED: Final = "not_asked"
"""Stands for an error where a request was not sent, because the service had not answered one before it."""


@value_class
class StoreFinding:
    """What one place of one service allowed: the operations asked for, and the errors of those that failed."""

    service: str
    place: str
    asked: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def ask_stores(probes: Sequence[StoreProbe]) -> list[StoreFinding]:
    """Sends each probe; gives a finding for each place, in the order of the probes.

    A service that does not answer is asked no more: every further request would wait as long.
    """
    found: dict[tuple[str, str], StoreFinding] = {}
    silent: set[str] = set()
    for probe in probes:
        finding = found.setdefault((probe.service, probe.place), StoreFinding(probe.service, probe.place))
        if probe.operation not in finding.asked:
            finding.asked.append(probe.operation)
        error = NOT_ASKED if probe.service in silent else _error_name(probe)
        if error in SILENT_ERRORS:
            silent.add(probe.service)
        if error:
            finding.errors.setdefault(probe.operation, error)
    return list(found.values())


def _error_name(probe: StoreProbe) -> str:
    """The name of the error that the probe meets; empty when it meets none."""
    try:
        probe.ask()
    except StoreUnavailable as error:
        return str(error) or "unavailable"
    except (StoreRejected, CollectionFull) as error:
        return str(error) or type(error).__name__
    return ""


def run_self_check(function: str, probes: Sequence[StoreProbe]) -> dict[str, Any]:
    """Asks the function's stores, logs what came of it, and counts a failure for the alarm.

    Gives the findings as a JSON document, which `read_findings` reads: names of places, operations and errors, no row, no
    secret.
    """
    found = [asdict(one) for one in ask_stores(probes)]
    failed = [one for one in found if one["errors"]]
    if failed:
        observability.log_fault("self-check", {"function": function, "failed": failed})
        observability.count_metric("SelfCheckFailed", function=function)
    else:
        observability.log_line("self-check", {"function": function, "stores": len(found)})
    return {"function": function, "stores": found}


def read_findings(document: Mapping[str, Any]) -> list[StoreFinding]:
    """Gives the findings of the document that `run_self_check` gave. Raises KeyError or TypeError for another one."""
    return [StoreFinding(**one) for one in document["stores"]]
