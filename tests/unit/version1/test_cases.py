"""The independent instance keeps the table of cases that the edge is held to, whatever its habits."""

from __future__ import annotations

import pytest

from tests.version1.cases import CASES, make_account
from tests.version1.in_memory import start_instance
from tests.version1.shapes import Code, Holding, find_differences, is_code, is_text_code
from tests.version1.stage import ACCOUNTS, Stage


@pytest.fixture(name="stage", scope="module", params=range(4), ids=lambda seed: f"seed {seed}")
def set_stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(start_instance(request.param)[1], {"permission": "12"})


@pytest.mark.parametrize("case", CASES)
def test_case(stage: Stage, case: str) -> None:
    assert stage.run(CASES[case]) == []


def test_replay(stage: Stage) -> None:
    assert stage.repeat_call() == (200, 401)


def test_three_pages(stage: Stage) -> None:
    assert stage.run([make_account(f"Fulmar {number}") for number in range(41)]) == []
    pages = stage.walk(ACCOUNTS, "Accounts", "Search=Fulmar")
    assert [len(page.document["Accounts"]) for page in pages] == [20, 20, 1]


@pytest.mark.parametrize(
    ("value", "shape", "found"),
    [
        pytest.param({"A": "1"}, {"A": is_code}, 0, id="fits"),
        pytest.param({"A": "1", "B": 2}, {"A": is_code}, 1, id="one too many"),
        pytest.param({"A": "1", "B": 2}, Holding({"A": is_code}), 0, id="one more is allowed"),
        pytest.param({"B": 2}, Holding({"A": is_code}), 1, id="what it has to hold is missing"),
        pytest.param({"A": 1}, {"A": is_text_code}, 1, id="a number for a text"),
        pytest.param({"A": "7"}, {"A": Code("kept")}, 1, id="another code"),
        pytest.param({"A": 6}, {"A": Code("kept")}, 0, id="the kept code"),
        pytest.param({"A": True}, {"A": 1}, 1, id="true is no bit"),
        pytest.param([{}, {}], [{}], 1, id="a row too many"),
        pytest.param(None, {"A": is_code}, 1, id="no body"),
    ],
)
def test_differences_are_found(value: object, shape: object, found: int) -> None:
    assert len(list(find_differences(value, shape, {"kept": "6"}))) == found
