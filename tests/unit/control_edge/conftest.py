"""Fixtures: an operator's browser before a Control Centre on memory, new for every test."""

from __future__ import annotations

import pytest

from tests.unit.control_edge.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def operator(desk: Desk) -> Desk:
    return desk.operator()
