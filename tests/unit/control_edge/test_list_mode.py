"""The form of a profile chooses the mode in which its tools are listed."""

from __future__ import annotations

import re

import pytest

from tests.unit.control_edge.desk import OperatorBrowser
from tests.unit.control_edge.test_profiles import EDITOR, GRID, edit


@pytest.mark.parametrize("mode", ["full", "family", "compact"])
def test_the_mode_of_the_list_is_kept(operator: OperatorBrowser, mode: str) -> None:
    operator.send("/profiles/new", grid=GRID, mode=mode, **EDITOR)
    (state,) = operator.world.profiles.list_profiles()
    assert state.profile.mode == mode
    page = operator.get(f"/profiles/{state.profile.key}/edit").text
    assert re.findall(r'<option value="(\w+)" selected', page) == [mode]
    edit(operator, state.profile, grid=GRID)
    assert operator.world.profiles.get(state.profile.key).profile.mode == mode, (
        "a form without the field changes nothing"
    )
    shown = operator.get(f"/profiles/{state.profile.key}").text
    assert (f"{mode} mode" in shown) == (mode != "full")


def test_a_mode_that_there_is_not_is_refused(operator: OperatorBrowser) -> None:
    answer = operator.send("/profiles/new", grid=GRID, mode="tiny", **EDITOR)
    assert (answer.status_code, "Choose one of full, family, compact." in answer.text) == (400, True)
    assert operator.world.profiles.list_profiles() == []
