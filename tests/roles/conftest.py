"""The project's template as CloudFormation sees it."""

import pytest

from scripts.expand import Template
from tests.roles.role_policies import project_template


@pytest.fixture(scope="session")
def template() -> Template:
    """See project_template."""
    return project_template()
