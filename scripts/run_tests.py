"""Runs pytest, and prints one closing line: how many tests passed, failed and were skipped, with the reasons."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

REQUESTS_FOLDER = Path(".pytest_cache/requests")
"""Where each process of a run writes what functions asked their stores for (tests/roles/request_record.py)."""
COUNTS_FILE = Path(".pytest_cache/one_world.json")
"""How many tests the run on the other world left out, by reason (tests/flow/worlds.py)."""
XFAIL_TYPE = "pytest.xfail"
MAX_WORKERS = 8
"""Each worker starts an emulator, a local service and a browser of its own, so that more workers make the run slower."""
PARALLEL_OPTIONS = [
    "--numprocesses=logical",
    f"--maxprocesses={MAX_WORKERS}",
    "--dist=loadfile",  # each fixture of a file is made once; xdist_group has no effect with pytest 9.2
    "--no-loadscope-reorder",  # tests/conftest.py orders the files
    "--max-worker-restart=0",  # pytest-xdist 3.8 may hang after it replaces a worker, so the run ends instead
]

OTHER_WORLD_OPTIONS = ["-q", "--instance=remote", "-p", "no:cacheprovider"]
"""The cache of pytest belongs to the run on the builtin world."""


def count_skip_reasons(report: ET.Element) -> Counter[str]:
    """How often each reason was given for skipping a test."""
    skips = [skip for skip in report.iter("skipped") if skip.get("type") != XFAIL_TYPE]
    return Counter(skip.get("message", "no reason given") for skip in skips)


def summarise_report(report: ET.Element) -> str:
    """The closing line for a JUnit report."""
    cases = len(list(report.iter("testcase")))
    failed = len({id(case) for case in report.iter("testcase") if case.find("failure") is not None})
    errors = len({id(case) for case in report.iter("testcase") if case.find("error") is not None})
    skips = count_skip_reasons(report)
    passed = cases - failed - errors - skips.total()
    reasons = "; ".join(f"{count}x {reason}" for reason, count in sorted(skips.items()))
    return (
        f"make test: ran {cases - skips.total()} tests: {passed} passed, {failed + errors} failed; "
        f"{skips.total()} skipped" + (f" ({reasons})" if skips else "")
    )


def worker_options(arguments: Sequence[str]) -> list[str]:
    """The options that spread the tests over the cores; none when the arguments name single tests."""
    return [] if any("::" in word for word in arguments) else PARALLEL_OPTIONS


def with_byte_code() -> dict[str, str]:
    """The environment of the tests, which may write byte-code: each of their many processes would compile all anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def judge_requests(*, is_whole: bool) -> int:
    """Compares what functions asked for with tests/roles/seen_requests.tsv; gives an exit code."""
    command = [sys.executable, "-m", "tests.roles.seen_requests", str(REQUESTS_FOLDER)]
    return subprocess.run([*command, *(["--whole"] if is_whole else [])], check=False).returncode


def _count_both(report: ET.Element) -> str:
    """How many tests a report has, and how many of them failed there."""
    cases = list(report.iter("testcase"))
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    return f"{len(cases)} ({failed} failed)" if failed else str(len(cases))


def summarise_worlds(report: ET.Element | None) -> str:
    """The end of the closing line: what of tests/flow ran where the records are elsewhere, and what on one world only, and why.

    `report` is that of a second run; None where the tests ran there alone. Empty when none did.
    """
    if not COUNTS_FILE.exists():
        return ""
    left = json.loads(COUNTS_FILE.read_text(encoding="utf-8"))
    reasons = "; ".join(f"{count}x {reason}" for reason, count in sorted(left.items()))
    ran = "" if report is None else f" {_count_both(report)} of tests/flow ran on the remote world too,"
    return f";{ran} {sum(left.values())} run on the builtin world only ({reasons})"


@contextmanager
def beside_other_world(report: Path, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs tests/flow on the world whose records are elsewhere during the body, which it outlasts; its output goes into a file.

    The two runs side by side leave no core idle while a test waits for a program, or while one worker has the last file.
    """
    ours = [*OTHER_WORLD_OPTIONS, *PARALLEL_OPTIONS, f"--junitxml={report}", "tests/flow"]
    command = [sys.executable, "-m", "pytest", *ours]
    with (
        output.open("wb") as file,
        subprocess.Popen(command, env=with_byte_code(), stdout=file, stderr=file) as running,
    ):
        try:
            yield running
        except BaseException:
            running.terminate()
            raise


def read_report(report: Path) -> ET.Element | None:
    """The root of a JUnit report; None when there is none."""
    return ET.parse(report).getroot() if report.exists() else None  # noqa: S314  # written by pytest, which was run here


def run_tests(arguments: Sequence[str], report: Path) -> int:
    """Runs pytest with these arguments; gives its exit code, or 1 when functions asked for what needs a new right."""
    ours = [f"--junitxml={report}", "--durations=20", *worker_options(arguments)]
    command = [sys.executable, "-m", "pytest", *ours, *arguments]
    code = subprocess.run(command, check=False, env=with_byte_code()).returncode
    if "--instance" not in arguments:  # the record is of the builtin world; each request is judged when it is made
        code = code or judge_requests(is_whole=not arguments)
    return code


def run_both_worlds(report: Path, other: Path) -> int:
    """Runs every test, and tests/flow also where the records are elsewhere; gives the exit code of a run that failed."""
    output = other.with_suffix(".txt")
    with beside_other_world(other, output) as running:
        code = run_tests([], report)
    print(output.read_text(encoding="utf-8", errors="replace"))
    return running.returncode or code


def main(arguments: list[str]) -> int:
    """Runs the tests with these arguments of pytest, and without any on both worlds; gives the exit code."""
    shutil.rmtree(REQUESTS_FOLDER, ignore_errors=True)
    COUNTS_FILE.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report, other = Path(folder, "report.xml"), Path(folder, "worlds.xml")
        code = run_tests(arguments, report) if arguments else run_both_worlds(report, other)
        if (found := read_report(report)) is not None:
            print(summarise_report(found) + summarise_worlds(read_report(other)))
        else:
            print(f"make test: pytest ended with code {code} before any test ran")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
