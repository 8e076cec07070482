"""Fixtures: the template as written, and as CloudFormation sees it."""

import pytest

from scripts.expand import Template, expand, source


@pytest.fixture(scope="session")
def written() -> Template:
    """template.yaml as plain dictionaries."""
    return source()


@pytest.fixture(scope="session")
def template(written: Template) -> Template:
    """The CloudFormation template that SAM makes of it."""
    return expand(written)
