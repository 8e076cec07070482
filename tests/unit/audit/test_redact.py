"""Redaction of arguments: no secret remains, every value can be stored, and the result stays within its limit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit.redact import MAX_ARGUMENTS_BYTES, WITHHELD_TEXT, json_bytes, redact_arguments
from affino_mcp.store.render import item_to_wire

CANARY = "hunter2-Kx9vQ7"
SECRET_NAMES = ["Password", "api_secret", "APISecret", "X-API-Key", "AccessToken", "refresh_token", "Authorization"]
SECRET_NAMES += ["pwd", "Client Secret", "pAsSwOrD", "\uff50assword", "userCredentials", "Cookie"]

texts = st.text(max_size=300)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=8) | st.dictionaries(texts, inner, max_size=8), max_leaves=40
)
secret_entries = st.builds(
    lambda name, value: {name: value},
    st.sampled_from(SECRET_NAMES),
    st.just(CANARY) | st.just([CANARY]) | st.just({"is": CANARY}),
)
secret_texts = st.builds(
    lambda before, form, after: before + form.format(CANARY) + after,
    st.text(max_size=1500).map(lambda text: text + " "),
    st.sampled_from(
        ["password: {}", "Secret={}", "api key is {}", "Bearer {}", "Authorization: Bearer {}", 'token="{}"', "pwd:{}"]
    ),
    st.sampled_from(["", " and more", "\n\n"]),
)
hiding = st.recursive(
    secret_entries | secret_texts.map(lambda text: {"Notes": text}),
    lambda inner: (
        st.builds(lambda name, part: {name: part}, texts, inner) | st.builds(lambda a, b: {"L": [a, b]}, leaves, inner)
    ),
    max_leaves=5,
)


@given(hiding)
def test_no_secret_survives(arguments: dict[str, Any]) -> None:
    assert CANARY not in json.dumps(redact_arguments(arguments))


@given(st.text(max_size=1500), st.integers(1, 300))
def test_a_known_secret_survives_nowhere_whole_or_in_part(text: str, times: int) -> None:
    arguments = {"Notes": text + CANARY * times, CANARY: 1, "Names": [CANARY]}
    kept = json.dumps(redact_arguments(arguments, known=[CANARY]))
    assert CANARY[:7] not in kept


@given(st.dictionaries(texts, trees, max_size=60), st.none() | st.sets(texts))
def test_whatever_is_sent_can_be_stored_and_fits(arguments: dict[str, Any], allowed: set[str] | None) -> None:
    kept = redact_arguments(arguments, allowed)
    assert json_bytes(kept) <= MAX_ARGUMENTS_BYTES
    item_to_wire(kept)
    json.dumps(kept, allow_nan=False).encode()


@given(
    st.dictionaries(
        st.sampled_from(["Name", "City", "AccountCode"]), st.integers(-(10**30), 10**30) | st.booleans() | st.none()
    )
)
def test_plain_values_are_kept_as_sent(arguments: dict[str, Any]) -> None:
    assert redact_arguments(arguments) == arguments


LONG = "x" * 5000


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        pytest.param({"Name": "Orbital Labs"}, {"Name": "Orbital Labs"}, id="short text"),
        pytest.param({"ContentBase64": "aGk="}, {"ContentBase64": {"length": 4}}, id="a file, however small"),
        pytest.param({"Notes": LONG}, {"Notes": {"length": 5000, "start": "x" * 200}}, id="a long text"),
        pytest.param({"Odd": "y" * 41}, {"Odd": {"length": 41, "start": "y" * 40}}, id="a text of an unknown argument"),
        pytest.param(
            {"account_code": LONG}, {"account_code": {"length": 5000, "start": "x" * 200}}, id="another spelling"
        ),
        pytest.param({"AccountCode": 10**40}, {"AccountCode": "(a huge number)"}, id="a number that no row holds"),
        pytest.param({"AccountCode": 1.5}, {"AccountCode": "1.5"}, id="a float"),
        pytest.param({"Name": "a\ud800b"}, {"Name": "a?b"}, id="a lone surrogate"),
        pytest.param(
            {"Fields": [{"name": "password", "value": "p"}]},
            {"Fields": [{"name": "password", "value": WITHHELD_TEXT}]},
            id="labelled",
        ),
        pytest.param({"Password": None}, {"Password": None}, id="an empty secret"),
        pytest.param({"IdempotencyKey": "abc"}, {"IdempotencyKey": "abc"}, id="a key that is no secret"),
    ],
)
def test_forms(arguments: dict[str, Any], kept: dict[str, Any]) -> None:
    found = redact_arguments(
        arguments, {"Name", "Notes", "AccountCode", "ContentBase64", "Fields", "Password", "IdempotencyKey"}
    )
    for value in found.values():
        if isinstance(value, dict):
            assert len(value.pop("sha256")) == 64
    assert found == kept


@pytest.mark.parametrize("count", [25, 40, 60, 500])
def test_a_flood_of_arguments_keeps_their_names(count: int) -> None:
    kept = redact_arguments({f"Argument {n}": "z" * 300 for n in range(count)})
    assert json_bytes(kept) <= MAX_ARGUMENTS_BYTES
    assert "Argument 24" in json.dumps(kept)


def test_depth_ends() -> None:
    deep: Any = "end"
    for _ in range(60):
        deep = [deep]
    assert "(more inside)" in json.dumps(redact_arguments({"Notes": deep}))
