"""What a method's first call builds: no model for a call without arguments, and none in a process from a snapshot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from affino_mcp.catalogue.matching import match_arguments, requires_arguments
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS, build_argument_models
from affino_mcp.tool_errors import InvalidArgument

DEMANDING = [method for method in METHODS.values() if requires_arguments(method)]
UNDEMANDING = [method for method in METHODS.values() if not requires_arguments(method)]


def test_every_model_is_built_before_a_first_call() -> None:
    build_argument_models()
    as_listed = [method.for_profile(confirm=confirm) for method in METHODS.values() for confirm in (False, True)]
    assert [method.name for method in as_listed if "arguments_model" not in vars(method)] == []


@pytest.mark.parametrize("method", UNDEMANDING, ids=lambda method: method.name)
def test_a_call_without_arguments_is_what_the_model_makes_of_it_and_builds_none(method: Method) -> None:
    fresh = replace(method)
    assert match_arguments(fresh, {}).values == {}
    assert "arguments_model" not in vars(fresh)
    assert method.arguments_model.model_validate({}).model_dump(by_alias=True, exclude_unset=True) == {}


@pytest.mark.parametrize("method", DEMANDING, ids=lambda method: method.name)
def test_what_must_be_given_is_missed(method: Method) -> None:
    with pytest.raises(InvalidArgument):
        match_arguments(method, {})
