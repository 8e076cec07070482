"""The parts of `make prove`, each with its figures."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from cfnlint.api import lint

from scripts.build import ROOT, SAM, Build, sam_environment
from scripts.expand import expand_template, load_source_template
from scripts.prove import artifacts, matrices
from scripts.prove.apps import CALLS, CALLS_AFTER_OTHERS, prove_apps
from scripts.prove.emulated import emulated_service
from scripts.prove.figures import Figure, no_faults
from scripts.prove.kills import KillFigures, prove_kills
from scripts.prove.operators import OperatorFigures
from scripts.prove.runtime_client import FUNCTION_SECONDS
from scripts.prove.slow_bulk import MEMBERS, STORE_SECONDS, prove_slow_bulk
from scripts.prove.snapshot import prove_restore
from scripts.prove.two_people import WRONG_CALLS, prove_two_people


@dataclass
class Workplace:
    """What the parts share: a folder, the number of kills, a function that shows progress, and the built functions."""

    folder: Path
    kills: int
    say: Callable[[str], None]

    @cached_property
    def build(self) -> Build:
        """The functions and layers, built when they are first needed."""
        return artifacts.build_for_lambda()


def walk_matrices(place: Workplace) -> list[Figure]:
    """Every store call of every kind of call, with every fault."""
    found = matrices.run_matrices(place.folder)
    failed = [f"{each.name}: {name}" for each in found for name in each.failed]
    trials = sum(each.trials for each in found)
    counted = ", ".join(f"{each.name} {each.trials:,}" for each in found)
    enough = f"at least {matrices.MIN_TRIALS}"
    return [
        Figure("trials of the fault matrix", f"{trials:,} ({counted})", enough, trials >= matrices.MIN_TRIALS),
        no_faults("told, row and records disagree, or somebody is blamed", failed),
    ]


def kill_under_load(place: Workplace) -> list[Figure]:
    """SIGKILL under mixed writes, again and again."""

    def show(number: int) -> None:
        if number % 10 == 0:
            place.say(f"{number} of {place.kills} kills")

    found = prove_kills(place.kills, place.folder / "kills", show)
    return [*_service_figures(found), *_operator_figures(found.operators)]


def _service_figures(found: KillFigures) -> list[Figure]:
    ledger, cut = found.ledger, f"{found.calls:,} calls, {found.cut:,} cut off, {found.ledger.effects:,} effects"
    kept = f"{found.keyed - len(found.keyed_twice)} of {found.keyed}"
    claims = f"{len(ledger.without_effect)} of {ledger.claims:,}"
    return [
        Figure(
            "SIGKILLs under mixed single and bulk writes", f"{found.kills} ({cut})", "some calls cut off", found.cut > 0
        ),
        no_faults("effects without a row", ledger.without_row),
        no_faults("rows that claim what is not there", ledger.without_effect, claims),
        Figure(
            "calls repeated with their IdempotencyKey, one effect each",
            kept,
            "all",
            found.keyed > 0 and not found.keyed_twice,
            found.keyed_twice,
        ),
        no_faults("told as done and not there once", found.told_and_missing),
    ]


def _operator_figures(found: OperatorFigures) -> list[Figure]:
    left = f"{len(found.left_open)} of {found.begun} ({found.closed_by_housekeeping} closed by housekeeping)"
    untrue = f"{len(found.untrue)} of {found.rows}, {found.commands} commands killed"
    return [
        no_faults("operators' deeds that are begun and not closed 15 minutes later", found.left_open, left),
        no_faults("operators' rows that are not true", found.untrue, untrue),
    ]


def use_runtime_client(place: Workplace) -> list[Figure]:
    """The MCP endpoint in AWS's runtime client: a slow store, two people in turn, and a start from a snapshot."""
    log = place.folder / "function.log"
    with emulated_service(place.folder / "runtime") as emulated:
        people = prove_two_people(emulated, place.build, log)
        slow = prove_slow_bulk(emulated, place.build, log)
        restored = prove_restore(emulated, place.build, log)
    answered = f"{slow.seconds:.1f} s, {slow.added} added, {slow.left_out} named as left out"
    return [
        Figure(
            f"a bulk of {MEMBERS} at {STORE_SECONDS} s a store call, answered by us",
            answered,
            f"before {FUNCTION_SECONDS} s, rows that add up",
            not slow.faults,
            slow.faults,
        ),
        Figure(
            "two people in turn in a warm process",
            f"{people.calls} calls, {people.leaks} leaks; {people.refused} of {WRONG_CALLS} wrong credentials 401",
            "0 leaks, all 401",
            not people.faults,
            people.faults,
        ),
        no_faults("a start from a snapshot: store calls and credentials in it, calls after it", restored.faults),
    ]


def start_functions(place: Workplace) -> list[Figure]:
    """What happens before the snapshot, and what a start costs."""
    starts = [artifacts.measure_start(place.build, function) for function in artifacts.START_CPU_SECONDS]
    seen = [f"{start.function}: {event}" for start in starts for event in start.seen]
    figures = [no_faults("sockets, credentials and store calls before the snapshot", seen)]
    for start in starts:
        most = artifacts.START_CPU_SECONDS[start.function]
        found = f"{start.cpu_seconds:.2f} s CPU, {start.memory_mb:.0f} MB"
        figures.append(Figure(f"start of {start.function}", found, f"at most {most} s CPU", start.cpu_seconds <= most))
    size = artifacts.measure_size(place.build)
    held = size.megabytes < artifacts.LIMIT_MB
    figures.append(Figure("package", f"{size.megabytes:.0f} MB", f"below {artifacts.LIMIT_MB} MB", held))
    compiled = f"{size.with_byte_code:,} of {size.modules:,}"
    return [*figures, Figure("modules with byte-code", compiled, "all", size.with_byte_code == size.modules > 0)]


def check_template(_: Workplace) -> list[Figure]:
    """The template, as written and as CloudFormation sees it."""
    source = load_source_template()
    told = [str(each) for form in (source, expand_template(source)) for each in lint(json.dumps(form))]
    found = [each for each in told if "Parameter GradualRollout not used" not in each]  # SAM itself has used it
    command = [str(SAM), "validate", "--lint", "--template", str(ROOT / "template.yaml")]
    sam = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=sam_environment())
    refused = [] if sam.returncode == 0 else [sam.stdout[-500:] + sam.stderr[-500:]]
    return [
        no_faults("cfn-lint on the template, written and expanded", found),
        Figure("sam validate --lint", "valid" if not refused else "invalid", "valid", not refused, refused),
    ]


def connect_apps(place: Workplace) -> list[Figure]:
    """Apps on many processes: exchanges at once, and calls around what ends their grant."""
    with emulated_service(place.folder / "apps") as emulated:
        found = prove_apps(emulated)
    made = f"{found.exchanges:,} exchanges, {found.late_calls:,} calls after an end"
    return [
        Figure(
            "codes, refresh tokens, consents: 12 processes at once; calls of an app after its end",
            made,
            "1,400 calls",
            found.late_calls >= CALLS + 2 * CALLS_AFTER_OTHERS,
        ),
        no_faults("second successes, and calls that were carried out after the end", found.faults),
    ]


PARTS: Final[dict[str, Callable[[Workplace], list[Figure]]]] = {
    "template": check_template,
    "start": start_functions,
    "runtime": use_runtime_client,
    "kills": kill_under_load,
    "apps": connect_apps,
    "matrix": walk_matrices,
}
