"""Runs the tests that walk every store call of every kind of call, and counts their trials."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from scripts.build import ROOT

MATRICES = {
    "MCP": ("tests/flow/test_fault_matrix.py",),
    "login": ("tests/security/test_login_faults.py",),
    "operators": ("tests/flow/test_operator_faults.py", "tests/flow/test_operator_fault_rows.py"),
}
"""The test files of each matrix. One that does not count its trials itself has one trial in each test."""
MIN_TRIALS = 360


@dataclass(frozen=True)
class MatrixFigures:
    """The trials of one matrix, and the names of its tests that failed."""

    name: str
    trials: int
    failed: list[str]


def run_matrices(folder: Path, names: Sequence[str] = tuple(MATRICES)) -> list[MatrixFigures]:
    """Runs the matrices side by side; gives the figures of each."""
    return [_finish(name, *started) for name, started in [(name, _start(name, folder)) for name in names]]


def _start(name: str, folder: Path) -> tuple[subprocess.Popen[bytes], Path]:
    report = folder / f"{name}.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "--show-capture=no",
        f"--junitxml={report}",
        *MATRICES[name],
    ]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, stdin=nothing, stdout=nothing, stderr=nothing), report


def _finish(name: str, process: subprocess.Popen[bytes], report: Path) -> MatrixFigures:
    code = process.wait()
    if not report.exists():
        return MatrixFigures(name, 0, [f"pytest ended with code {code} before any test ran"])
    return read_report(name, ET.parse(report).getroot(), code)  # noqa: S314 (written by the pytest run above)


def read_report(name: str, report: ET.Element, code: int) -> MatrixFigures:
    """Gives the figures of one matrix from its JUnit report and the exit code of its run."""
    cases = list(report.iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    counted = [int(each.get("value", "0")) for each in report.iter("property") if each.get("name") == "trials"]
    skipped = [case for case in cases if case.find("skipped") is not None]
    trials = sum(counted) if counted else len(cases) - len(skipped)
    ended = [f"pytest ended with code {code}"] if code and not failed else []
    return MatrixFigures(name, trials, [str(case.get("name")) for case in failed] + ended)
