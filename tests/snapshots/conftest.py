"""`pytest tests/snapshots --rewrite` accepts the tools as they are now."""

from __future__ import annotations

import pytest

OPTION = "--rewrite"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="write the snapshots of the public tools anew")
