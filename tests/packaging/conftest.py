"""Fixtures: the template as written and as CloudFormation sees it, and the built functions and layers."""

import fcntl
import sys

import pytest

from scripts.build import LAMBDA_PYTHON, ROOT, SAM, Build, build_artifacts, find_python
from scripts.expand import Template, expand_template, load_source_template

TESTED = ROOT / ".deploy/tested"
MADE_FOR = TESTED / "made-for"
"""Names the test run for which the artifacts there were built."""


@pytest.fixture(scope="session")
def written() -> Template:
    """template.yaml as plain dictionaries."""
    return load_source_template()


@pytest.fixture(scope="session")
def template(written: Template) -> Template:
    """The CloudFormation template that SAM makes of it."""
    return expand_template(written)


@pytest.fixture(scope="session")
def built(testrun_uid: str) -> Build:
    """The artifacts for Lambda's Python, or for this one when Lambda's is not installed here; made once for a whole run."""
    assert SAM.exists(), "run `make test`: it installs the SAM CLI"
    version = LAMBDA_PYTHON if find_python(LAMBDA_PYTHON) else "{}.{}".format(*sys.version_info[:2])
    target = Build(version, TESTED / "built")
    TESTED.mkdir(parents=True, exist_ok=True)
    with (TESTED / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # the processes of a run share the artifacts
        if not MADE_FOR.exists() or MADE_FOR.read_text() != testrun_uid:
            build_artifacts(target, quiet=True)
            MADE_FOR.write_text(testrun_uid)
    return target
