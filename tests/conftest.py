"""Settings of every test: no result depends on timing, and browser tests run last."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# The same change gets the same answer, so examples are fixed; `make hunt` draws new ones.
settings.register_profile("hunt", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("fixed", settings.get_profile("hunt"), derandomize=True)
settings.load_profile("fixed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Moves browser tests to the end, because Playwright keeps an event loop in this thread until the session is over."""
    items.sort(key=lambda item: "browser" in item.path.parts)
