"""Fixtures: the template as written and as CloudFormation sees it, and the built functions and layers."""

import sys

import pytest

from scripts.build import LAMBDA_PYTHON, ROOT, SAM, Build, build_artifacts, find_python
from scripts.expand import Template, expand_template, load_source_template


@pytest.fixture(scope="session")
def written() -> Template:
    """template.yaml as plain dictionaries."""
    return load_source_template()


@pytest.fixture(scope="session")
def template(written: Template) -> Template:
    """The CloudFormation template that SAM makes of it."""
    return expand_template(written)


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest) -> Build:
    """The artifacts for Lambda's Python, or for this one when Lambda's is not installed here; a folder for each module."""
    assert SAM.exists(), "run `make test`: it installs the SAM CLI"
    version = LAMBDA_PYTHON if find_python(LAMBDA_PYTHON) else "{}.{}".format(*sys.version_info[:2])
    target = Build(version, ROOT / ".deploy/tested" / request.module.__name__.rpartition(".")[2])
    build_artifacts(target, quiet=True)
    return target
