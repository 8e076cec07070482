"""Examples of the website's tools name what is there: each name in one is found in the demo by the tool for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.local.demo_records import ToolCaller
from tests.unit.local.demo_service import DemoService

WEBSITE: Final = (Family.ARTICLES, Family.FORUMS, Family.MEDIA_ITEMS)
_NAME: Final = re.compile(r"'([^']+)'|\b([A-Z][\w-]*(?: [A-Z][\w-]*)*(?: images| cover)?)")
_SENTENCE_WORDS: Final = frozenset({"I", "MB", "Everything new in April", "solved"})
"""What looks like a name and is a value to be stored, or a unit."""

FOUND_BY: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "Spring Product Walkthrough": ("list_articles", {"Search": "Spring Product Walkthrough"}),
    "Marketing": ("list_sections", {"Search": "Marketing"}),
    "How-to": ("list_article_types", {}),
    "Guides": ("list_article_categories", {"Search": "Guides"}),
    "Spring": ("list_media_items", {"Search": "Spring cover"}),
    "Spring cover": ("list_media_items", {"Search": "Spring cover"}),
    "Cover images": ("list_media_categories", {"Search": "Cover images"}),
    "Customer Support": ("list_forums", {"Search": "Customer Support"}),
    "Mina Sato": ("list_forum_moderators", {"ForumItemCode": 1}),
    "Max Weber": ("list_forum_threads", {"ForumItemCode": 1}),
    "Overview": ("list_article_steps", {}),
    "Setup": ("list_article_steps", {}),
    "Advanced": ("list_article_steps", {}),
    "Troubleshooting": ("list_article_steps", {}),
}
"""A name in an example, and the call that finds it."""


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToolCaller]:
    made = DemoService(tmp_path_factory.mktemp("state"))
    made.fill()
    made.world.clock.move(seconds=60)
    with made.caller() as caller:
        yield caller


def names_in(example: str) -> list[str]:
    found = [next(filter(None, match)) for match in _NAME.findall(example)]
    return [name for name in found if name not in _SENTENCE_WORDS]


NAMED = {name for method in METHODS.values() if method.family in WEBSITE for name in names_in(method.example)}


def test_the_names_of_examples_are_known() -> None:
    assert set(FOUND_BY) >= NAMED
    assert len(NAMED) >= 10


@pytest.mark.parametrize("name", sorted(FOUND_BY))
def test_the_demo_has_what_an_example_names(call: ToolCaller, name: str) -> None:
    tool, arguments = FOUND_BY[name]
    given = dict(arguments)
    if tool == "list_article_steps":
        (article,) = call("editor", "list_articles", {"Search": "Spring Product Walkthrough"})["Items"]
        given["StandardItemCode"] = article["StandardItemCode"]
    assert name in str(call("editor", tool, given))
