"""A process in a snapshot has what a method's first call would build."""

from __future__ import annotations

from affino_mcp.catalogue.registry import METHODS, build_argument_models


def test_every_model_is_built_before_a_first_call() -> None:
    build_argument_models()
    as_listed = [method.for_profile(confirm=confirm) for method in METHODS.values() for confirm in (False, True)]
    assert [method.name for method in as_listed if "arguments_model" not in vars(method)] == []
