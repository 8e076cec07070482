"""No answer is longer than 100 rows and 20,000 tokens, and warnings name what was cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.warning import CallWarning
from affino_mcp.instance.answer_size import truncate_answer
from affino_mcp.instance.token_estimate import estimate_tokens

JSON = st.recursive(
    st.none() | st.integers(0, 9) | st.text(max_size=5) | st.integers(1, 90_000).map(lambda n: "x" * n),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def cut(tool: str, body: dict[str, Any]) -> tuple[dict[str, Any], list[CallWarning]]:
    warnings: list[CallWarning] = []
    return truncate_answer(METHODS[tool], body, warnings), warnings


def test_what_fits_is_left_as_it_is() -> None:
    body = {"Items": [{"Name": "x"}] * 100, "NextCursor": None}
    assert cut("list_accounts", body) == (body, [])


@pytest.mark.parametrize(
    ("tool", "name", "way"),
    [("list_article_categories", "Categories", "Search"), ("list_article_media", "Attachments", "")],
)
def test_at_most_a_hundred_rows(tool: str, name: str, way: str) -> None:
    body, (warning,) = cut(tool, {name: list(range(140))})
    assert body[name] == list(range(100))
    assert (warning["Code"], warning["Argument"]) == ("TRUNCATED", name)
    assert "100 of 140" in warning["Message"]
    assert way in warning["Message"]


def test_per_item_results_of_a_write_are_all_told() -> None:
    body = {"Added": list(range(500))}
    assert cut("add_contact_list_members", body) == (body, [])


@pytest.mark.parametrize(
    "body",
    [
        {"Account": {"Name": "Orbital", "Description": "x" * 200_000}},
        {"Items": [{"Body": "x" * 8000}] * 90},
        {"Text": "x" * 400_000, "Other": "y" * 400_000},
    ],
    ids=["a text in a record", "many rows", "two texts"],
)
def test_what_is_too_long_is_cut_and_said(body: dict[str, Any]) -> None:
    found, warnings = cut("get_account", body)
    assert estimate_tokens([found, warnings]) <= 20_000
    assert {w["Code"] for w in warnings} == {"TRUNCATED"}
    assert found.keys() == body.keys()


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), JSON, max_size=5))
def test_any_answer_fits(body: dict[str, Any]) -> None:
    found, warnings = cut("get_account", body)
    assert estimate_tokens([found, warnings]) <= 20_000
    assert (found == body) == (not warnings)
