"""Pictures of the media library in texts: `<img src="media:7">` is kept as it is, and read with its address."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.engine.html_pictures import find_pictures
from affino_mcp.instance.builtin.engine.html_policy import Links, sanitise_html
from tests.flow.media import Library, codes, pdf, png
from tests.world import EVERYTHING, World, WorldClient


def picture(code: int | str) -> str:
    return f'<p>Look: <img src="media:{code}" alt="Cover"></p>'


def drafted(library: Library, body: str, **more: Any) -> dict[str, Any]:
    """The answer to a new draft with this body."""
    asked = {"Title": "Walkthrough", "standardSectionCode": library.marketing, "Body": body} | more
    return library.editor.call_tool("create_article", **asked).result


def read_article(client: WorldClient, made: dict[str, Any], **more: Any) -> dict[str, Any]:
    return client.call_tool("get_article", StandardItemCode=made["Article"]["StandardItemCode"], **more).result


@pytest.fixture
def cover(library: Library) -> int:
    """An item with one picture."""
    code = library.item(AltText="A cover")
    library.attach(code, png())
    return code


def test_the_reference_is_kept_and_read_with_its_address(world: World, library: Library, cover: int) -> None:
    made = drafted(library, picture(cover))
    assert made["Warnings"] == []
    article = read_article(library.editor, made)["Article"]
    assert article["Body"] == picture(cover)
    (image,) = article["Images"]
    assert (image["MediaFileItemCode"], image["AltText"], image["Width"]) == (cover, "A cover", 3)
    assert image["Url"].startswith("memory:")
    assert "memory:" not in str(world.audit_rows()[-1])
    assert read_article(library.editor, made, Fields=["Images.Url"])["Article"]["Images"][0]["Url"]
    assert "Images" not in read_article(library.editor, made, Fields=["Title"])["Article"]


def test_steps_show_pictures_and_a_repeated_one_has_one_address(library: Library, cover: int) -> None:
    made = drafted(library, picture(cover))
    code = made["Article"]["StandardItemCode"]
    step = library.editor.call_tool("create_article_step", StandardItemCode=code, Title="One", Body=picture(cover))
    shown = read_article(library.editor, made)["Article"]
    assert "Url" in shown["Images"][0]
    assert shown["Steps"][0]["Images"] == [{"MediaFileItemCode": cover}]
    one = step.result["Step"]["StandardStepByStepCode"]
    alone = library.editor.call_tool("get_article_step", StandardStepByStepCode=one).result["Step"]
    assert alone["Images"][0]["Url"]
    (listed,) = library.editor.call_tool("list_article_steps", StandardItemCode=code).result["Steps"]
    assert listed["Images"][0]["Url"]
    without = library.editor.call_tool("get_article", StandardItemCode=code, IncludeSteps=False, Fields=["Steps"])
    assert "Url" not in without.result["Article"]["Steps"][0]["Images"][0]


def test_a_body_without_pictures_has_none_again(library: Library, cover: int) -> None:
    made = drafted(library, picture(cover))
    code = made["Article"]["StandardItemCode"]
    for body in ("<p>No picture</p>", picture(cover), None):
        library.editor.call_tool("update_article", StandardItemCode=code, Body=body)
        assert bool(read_article(library.editor, made)["Article"].get("Images")) == (body == picture(cover))


def test_what_is_not_there_is_told_when_it_is_written_and_when_it_is_read(library: Library, cover: int) -> None:
    hidden, unfiled, paper = (
        library.item(library.publisher, SecurityCode="Publishers only"),
        library.item(),
        library.item(),
    )
    library.attach(paper, pdf(), FileName="a.pdf")
    made = drafted(library, picture(999) + picture(hidden) + picture(unfiled) + picture(paper) + picture(cover))
    (warning,) = made["Warnings"]
    assert (warning["Code"], warning["Argument"]) == ("UNKNOWN_REFERENCE", "Body")
    assert f"999, {hidden}." in warning["Message"]
    answer = read_article(library.editor, made)
    assert [image["MediaFileItemCode"] for image in answer["Article"]["Images"] if "Url" in image] == [cover]
    (told,) = answer["Warnings"]
    assert told["Code"] == "NOT_SHOWN"
    assert f"media:999, media:{hidden}, media:{unfiled}, media:{paper}:" in told["Message"]
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=cover, Force=True).result
    assert f"media:{cover}:" in read_article(library.editor, made)["Warnings"][0]["Message"]


def test_who_may_not_read_media_learns_nothing_of_them(world: World, library: Library, cover: int) -> None:
    families = {family: access for family, access in EVERYTHING.items() if family != "media_items"}
    blind = library.client("Bea", "Blind", "Editors", profile=world.create_profile("blind", families))
    for code in (cover, 999):
        asked = {"Title": f"By {code}", "standardSectionCode": library.marketing, "Body": picture(code)}
        made = blind.call_tool("create_article", **asked).result
        assert codes(made) == ["NOT_SHOWN"]
        answer = read_article(blind, made)
        assert codes(answer) == ["NOT_SHOWN"]
        assert answer["Article"]["Images"] == [{"MediaFileItemCode": code}]


def test_more_pictures_than_can_be_looked_up_are_refused(library: Library) -> None:
    asked = {"Title": "Album", "standardSectionCode": library.marketing}
    body = "".join(map(picture, range(1, 32)))
    refused = library.editor.call_tool("create_article", **asked, Body=body).error
    assert (refused["code"], refused["details"]["argument"]) == (-10, "Body")


@pytest.mark.parametrize(
    "text",
    [
        '<a href="media:7">x</a>',
        '<q cite="media:7">x</q>',
        '<img src="media:x">',
        '<img src="media:">',
        '<img src="media:07">',
    ],
    ids=["link", "quotation", "word", "nothing", "zero"],
)
def test_only_pictures_name_media_items(text: str) -> None:
    kept = sanitise_html(text, 500, Links.EDITORS)
    assert "media:" not in kept.text
    assert "media:" in kept.removed


def test_visitors_show_no_media_items() -> None:
    assert sanitise_html(picture(7), 500).text == '<p>Look: <img alt="Cover"></p>'


@given(st.lists(st.integers(1, 10**15), max_size=5), st.text(max_size=20))
def test_what_is_stored_names_what_was_sent(items: list[int], alt: str) -> None:
    quoted = alt.replace('"', "").replace("&", "").replace("\0", "")
    text = " and ".join(f'<img alt="{quoted} media:{item}" src="media:{item}">' for item in items)
    try:
        stored = sanitise_html(text, 5_000, Links.EDITORS).text
    except ValueError:
        return
    assert find_pictures(stored) == list(dict.fromkeys(items))
