"""Fixtures: the template as written, and as CloudFormation sees it."""

import pytest

from scripts.expand import Template, expand_template, load_source_template


@pytest.fixture(scope="session")
def written() -> Template:
    """template.yaml as plain dictionaries."""
    return load_source_template()


@pytest.fixture(scope="session")
def template(written: Template) -> Template:
    """The CloudFormation template that SAM makes of it."""
    return expand_template(written)
