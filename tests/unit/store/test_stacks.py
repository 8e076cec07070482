"""Stacks: which region is asked, and the errors for missing AWS configuration."""

from __future__ import annotations

import pytest

from affino_mcp.settings import Settings
from affino_mcp.store.stacks import STACK_OUTPUTS, Stack, StackNotFound, describe_stack, stack_settings

NOBODY = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nobody",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@pytest.mark.parametrize(
    ("said", "region"),
    [
        pytest.param({}, "eu-west-1", id="the given one"),
        pytest.param({"AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1", id="default region"),
        pytest.param({"AWS_REGION": "eu-south-1", "AWS_DEFAULT_REGION": "eu-north-1"}, "eu-south-1", id="region"),
    ],
)
def test_the_region_is_the_shells(monkeypatch: pytest.MonkeyPatch, said: dict[str, str], region: str) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (NOBODY | said).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StackNotFound, match=f"the stack orbital in {region}"):
        describe_stack("orbital", "eu-west-1")


def test_an_aws_profile_that_is_not_there_is_said_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (NOBODY | {"AWS_PROFILE": "nobody"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StackNotFound, match="AWS_PROFILE"):
        describe_stack("orbital", "eu-west-1")


def test_a_stack_in_front_of_an_instance_is_one_for_its_operators_too() -> None:
    """Commands ask the settings where the records are: a stack's own are those of its functions."""
    outputs = {output: f"own-{setting}" for setting, output in STACK_OUTPUTS.items()}
    given = {"InstanceUrl": "https://people.example", "InstanceWrites": "key-only", "DomainName": "", "TimeZone": "UTC"}
    found = stack_settings(Stack("prod", "eu-west-1", outputs, "me", parameters=given))
    assert (found.instance_url, found.instance_writes) == ("https://people.example", "key-only")
    assert (found.domain, found.on_mismatch, found.gate_table) == ("", Settings().on_mismatch, "own-gate_table")
