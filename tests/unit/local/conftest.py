"""A service with the demo in it, for each file of tests that asks for one."""

from __future__ import annotations

import pytest

from tests.unit.local.demo_service import DemoService


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> DemoService:
    made = DemoService(tmp_path_factory.mktemp("state"))
    made.fill()
    return made
