"""Fixtures: an operator's browser before a Control Centre on memory, new for every test."""

from __future__ import annotations

import pytest

from tests.unit.control_edge.desk import OperatorBrowser


@pytest.fixture
def desk() -> OperatorBrowser:
    return OperatorBrowser()


@pytest.fixture
def operator(desk: OperatorBrowser) -> OperatorBrowser:
    return desk.operator()
