"""Fails each test in which a function asks a store for something that its role does not allow, and keeps what was asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.roles.request_record import RECORD, REQUESTS_FOLDER
from tests.world import BUILTIN, CHOSEN_KIND


def _end_phase() -> None:
    """Fails the phase of a test in which something forbidden was asked for."""
    if found := RECORD.take_forbidden():
        pytest.fail("\n".join(found), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    yield
    _end_phase()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    yield
    _end_phase()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    yield
    _end_phase()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes this process's record of the builtin world into the folder of test runs, in a file of its own."""
    if CHOSEN_KIND[-1] != BUILTIN:
        return
    worker = getattr(session.config, "workerinput", {}).get("workerid", "main")
    RECORD.write(session.config.rootpath / REQUESTS_FOLDER, worker)
