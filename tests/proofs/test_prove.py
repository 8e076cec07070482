"""What `make prove` prints, and what it takes from elsewhere."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from scripts.build import ROOT
from scripts.expand import expand_template, load_source_template
from scripts.prove.artifacts import START_CPU_SECONDS
from scripts.prove.figures import Figure, render_table
from scripts.prove.matrices import MATRICES, MatrixFigures, read_report
from scripts.prove.runtime_client import FUNCTION_SECONDS

COUNTED = '<properties><property name="trials" value="2000"/></properties>'


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        pytest.param('<testcase name="a"/><testcase name="b"/>', (2, []), id="a trial in each test"),
        pytest.param(f'{COUNTED}<testcase name="a"/><testcase name="b"/>', (2000, []), id="counted itself"),
        pytest.param('<testcase name="a"/><testcase name="b"><failure/></testcase>', (2, ["b"]), id="one failed"),
        pytest.param('<testcase name="a"/><testcase name="b"><error/></testcase>', (2, ["b"]), id="one broke"),
        pytest.param('<testcase name="a"/><testcase name="b"><skipped/></testcase>', (1, []), id="one skipped"),
    ],
)
def test_the_trials_of_a_report_are_counted(cases: str, expected: tuple[int, list[str]]) -> None:
    report = ET.fromstring(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    assert read_report("MCP", report, 1 if expected[1] else 0) == MatrixFigures("MCP", *expected)


def test_a_matrix_that_did_not_run_is_a_fault() -> None:
    report = ET.fromstring("<testsuites><testsuite/></testsuites>")
    assert read_report("login", report, 4) == MatrixFigures("login", 0, ["pytest ended with code 4"])


def test_a_figure_that_does_not_hold_is_shown_with_its_faults() -> None:
    shown = render_table([Figure("leaks", "0", "0", True), Figure("rows", "2", "0", False, ["row 1", "row 2"])])
    assert shown.splitlines()[2:] == [
        "| leaks | 0 | 0 | holds |",
        "| rows | 2 | 0 | **DOES NOT HOLD** |",
        "- rows: row 1",
        "- rows: row 2",
    ]


def test_the_deadline_is_the_templates() -> None:
    resources = expand_template(load_source_template())["Resources"]
    assert resources["McpEndpoint"]["Properties"]["Timeout"] == FUNCTION_SECONDS


def test_every_function_is_started() -> None:
    resources = expand_template(load_source_template())["Resources"]
    functions = {name for name, each in resources.items() if each["Type"] == "AWS::Lambda::Function"}
    assert set(START_CPU_SECONDS) == functions


@pytest.mark.parametrize("path", [path for paths in MATRICES.values() for path in paths])
def test_every_matrix_is_there(path: str) -> None:
    assert (ROOT / path).is_file()
