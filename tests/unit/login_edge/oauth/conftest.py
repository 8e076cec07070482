"""The fixtures of the OAuth door's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.login_edge.oauth.consent_desk import AppBrowser, ConsentDesk
from tests.unit.login_edge.oauth.document_host import DocumentHost, document_host


@pytest.fixture(scope="session")
def running() -> Iterator[DocumentHost]:
    """One host of documents for all tests of a process."""
    with document_host() as host:
        yield host


@pytest.fixture
def office(running: DocumentHost) -> ConsentDesk:
    """A service with an OAuth door, before a host that has forgotten all."""
    running.forget()
    return ConsentDesk(running)


@pytest.fixture
def visitor(office: ConsentDesk) -> AppBrowser:
    """A browser in which nobody is logged in."""
    return office.browser()
