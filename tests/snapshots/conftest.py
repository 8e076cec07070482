"""The option `pytest tests/snapshots --rewrite` stores the current tools as the new snapshots."""

from __future__ import annotations

import pytest

OPTION = "--rewrite"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="write the snapshots of the public tools anew")
