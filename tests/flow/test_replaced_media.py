"""A cover that takes the place of another in one call, and is taken back in one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.media import Library, codes
from tests.world import World


@pytest.fixture
def article(library: Library) -> int:
    """An article with the first item as its cover."""
    return library.use(library.item(Title="Old cover"))


def attach(library: Library, article: int, item: int, **more: Any) -> dict[str, Any]:
    """The answer to a cover."""
    asked = {"StandardItemCode": article, "MediaFileItemCode": item, "Role": "cover"} | more
    return library.publisher.call_tool("attach_article_media", **asked).result


def shown(library: Library, article: int) -> list[tuple[int, str]]:
    """The media of the article: items and roles."""
    found = library.publisher.call_tool("list_article_media", StandardItemCode=article).result["Attachments"]
    return [(each["MediaFileItemCode"], each["Role"]) for each in found]


def undo(library: Library, attachment: int, version: int) -> dict[str, Any]:
    asked = {"Family": "article_media", "Code": attachment, "Version": version}
    return library.publisher.call_tool("undo_change", **asked).result


def test_a_second_cover_is_told_and_replace_takes_the_first_off(world: World, library: Library, article: int) -> None:
    second, third = library.item(Title="Second"), library.item(Title="Third")
    told = attach(library, article, second)
    assert codes(told) == ["NO_FILE", "POSSIBLE_DUPLICATE"]
    assert "media item 1" in told["Warnings"][1]["Message"]
    before = len(world.audit_rows())
    swapped = attach(library, article, third, Replace=True)
    assert (codes(swapped), shown(library, article)) == (["NO_FILE"], [(third, "cover")])
    assert len([row for row in world.audit_rows()[before:] if row["method"] == "attach_article_media"]) == 1
    undo(library, swapped["Attachment"]["ArticleMediaCode"], 1)
    assert shown(library, article) == [(1, "cover"), (second, "cover")]


def test_the_deletion_is_undone_as_the_same_swap(library: Library, article: int) -> None:
    new = library.item(Title="New")
    attach(library, article, new, Replace=True)
    undo(library, 1, 2)
    assert shown(library, article) == [(1, "cover")]


def test_other_roles_and_places_stay(library: Library, article: int) -> None:
    step = library.publisher.call_tool("create_article_step", StandardItemCode=article, Title="One").result["Step"]
    at_step = {"StandardStepByStepCode": step["StandardStepByStepCode"], "MediaFileItemCode": 1, "Role": "cover"}
    library.publisher.call_tool("attach_article_media", **at_step)
    assert "POSSIBLE_DUPLICATE" not in codes(attach(library, article, 1, Role="gallery"))
    new = library.item(Title="New")
    assert "POSSIBLE_DUPLICATE" not in codes(attach(library, article, new, Role="gallery"))
    attach(library, article, new, Replace=True)
    assert sorted(shown(library, article)) == [(1, "cover"), (1, "gallery"), (new, "cover"), (new, "gallery")]


def test_replacing_by_what_is_there_keeps_it_alone(library: Library, article: int) -> None:
    attach(library, article, library.item(Title="Second"))
    assert attach(library, article, 1, Replace=True)["Attachment"]["ArticleMediaCode"] == 1
    assert shown(library, article) == [(1, "cover")]
    assert codes(attach(library, article, 1, Replace=True)) == ["NO_FILE", "NO_CHANGE"]


def test_a_rehearsed_swap_changes_nothing(library: Library, article: int) -> None:
    new = library.item(Title="New")
    assert attach(library, article, new, Replace=True, DryRun=True)["DryRun"]
    assert shown(library, article) == [(1, "cover")]


def test_more_than_can_be_taken_off_at_once_is_refused(library: Library, article: int) -> None:
    for place in range(9):
        attach(library, article, library.item(Title=f"Picture {place}"), Role="gallery")
    asked = {"StandardItemCode": article, "MediaFileItemCode": 1, "Role": "gallery", "Replace": True}
    refused = library.publisher.call_tool("attach_article_media", **asked).error
    assert (refused["code"], refused["details"]["argument"]) == (-130, "Replace")
