"""The developer's commands: the targets of `make`, the line ratchet, the closing line of the tests."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from scripts import ratchet, run_tests
from scripts.build import ROOT

TARGETS = [
    "help",
    "setup",
    "run",
    "test",
    "hunt",
    "check",
    "build",
    "deploy-local",
    "docs",
    "converters",
    "bench",
    "prove",
    "lock",
    "clean",
]


def body(lines: int) -> str:
    return "\n".join("    x = 1" for _ in range(lines))


def test_help_lists_every_target() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert re.findall(r"^  make (\S+)", shown.stdout, re.MULTILINE) == TARGETS


def test_every_phony_target_is_explained() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony.split() == TARGETS


@pytest.mark.parametrize(
    ("source", "findings"),
    [
        pytest.param("def f():\n" + body(39), 0, id="a function of 40 lines"),
        pytest.param("def f():\n" + body(40), 1, id="a function of 41 lines"),
        pytest.param('def f():\n    """' + "\n" * 9 + '    """\n' + body(39), 0, id="a docstring is not counted"),
        pytest.param("class C:\n  async def f(self):\n" + body(40), 1, id="a long async method"),
        pytest.param("x = 1\n" * 250, 0, id="a module of 250 lines"),
        pytest.param("x = 1\n" * 251, 1, id="a module of 251 lines"),
    ],
)
def test_ratchet_counts_lines(tmp_path: Path, source: str, findings: int) -> None:
    (tmp_path / "module.py").write_text(source)
    assert len(list(ratchet.find_too_long(tmp_path / "module.py"))) == findings
    assert ratchet.main([str(tmp_path)]) == min(findings, 1)


def test_the_closing_line_names_what_was_skipped_and_why() -> None:
    report = ET.fromstring(
        '<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure/></testcase>'
        '<testcase name="c"><skipped type="pytest.skip" message="no npm"/></testcase>'
        '<testcase name="d"><skipped type="pytest.skip" message="no npm"/></testcase>'
        '<testcase name="e"><skipped type="pytest.xfail" message=""/></testcase></testsuite></testsuites>'
    )
    assert run_tests.summarise_report(report) == "make test: ran 3 tests: 2 passed, 1 failed; 2 skipped (2x no npm)"


def test_a_test_that_is_named_runs_alone_and_files_run_side_by_side() -> None:
    assert run_tests.worker_options(["-q", "tests/unit/test_clock.py::test_now"]) == []
    assert "--numprocesses=logical" in run_tests.worker_options(["-k", "clock"])


def test_a_worker_that_crashes_is_a_failure(tmp_path: Path) -> None:
    tests = tmp_path / "test_crash.py"
    tests.write_text("import os\ndef test_ends(): os._exit(0)\ndef test_passes(): pass\ndef test_is_last(): pass\n")
    command = [sys.executable, str(ROOT / "scripts/run_tests.py"), "-q", "--numprocesses=2", str(tests)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"make test: ran \d tests: \d passed, 1 failed; 0 skipped", done.stdout.splitlines()[-1])


def test_find_python_answers_a_python_of_the_version_asked_for() -> None:
    found = subprocess.run([ROOT / "scripts/find-python", "3.11"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("this machine has no Python 3.11")
    told = subprocess.check_output([found.stdout.strip(), "-c", "import sys; print(sys.version_info[:2])"], text=True)
    assert told.strip() == "(3, 11)"


def test_find_python_fails_plainly_when_there_is_none() -> None:
    found = subprocess.run([ROOT / "scripts/find-python", "2.0"], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (1, "")


@pytest.mark.parametrize(
    "lock", ["requirements/dev.txt", "requirements/run.txt", "layers/dependencies/requirements.txt"]
)
def test_every_requirement_is_pinned_with_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())
    pinned = [entry for entry in entries if not entry.startswith("#")]
    assert pinned
    assert [entry.splitlines()[0] for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_lambda_gets_the_versions_that_were_tested() -> None:
    def versions(lock: str) -> set[str]:
        return set(re.findall(r"^(\S+==\S+)", (ROOT / lock).read_text(), re.MULTILINE))

    assert versions("layers/dependencies/requirements.txt") <= versions("requirements/run.txt")
    assert versions("requirements/run.txt") <= versions("requirements/dev.txt")
