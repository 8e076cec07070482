"""Content scenarios: a draft with four steps, and a cover image on step one."""

from __future__ import annotations

import base64

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.media import png
from tests.flow.website import Website, codes
from tests.world import World

STEPS = ("Overview", "Setup", "Advanced use", "Troubleshooting")


def test_a_draft_with_four_steps(world: World, handler: LambdaHandler, profile: Profile) -> None:
    site = Website(world, handler, profile)
    agent = site.editor
    (marketing,) = [s for s in agent.call_tool("list_sections").result["Sections"] if s["Name"] == "Marketing"]
    assert (marketing["CanWrite"], marketing["CanPublish"]) == (True, False)
    made = agent.call_tool(
        "create_article",
        Title="Spring Product Walkthrough",
        standardSectionCode=marketing["StandardSectionCode"],
        Teaser="Everything new in April",
    ).result["Article"]
    assert (made["Live"], made["Section"]["Name"], made["Steps"]) == (False, "Marketing", [])
    for place, title in enumerate(STEPS, 1):
        step = agent.call_tool(
            "create_article_step", StandardItemCode=made["StandardItemCode"], Title=title, Body=f"<p>{title}</p>"
        ).result["Step"]
        assert (step["SortOrder"], step["Body"]) == (place, f"<p>{title}</p>")
    seen = agent.call_tool("get_article", StandardItemCode=made["StandardItemCode"]).result["Article"]
    assert [step["Title"] for step in seen["Steps"]] == list(STEPS)
    assert seen["Author"]["Name"] == "Edna Editor"
    assert seen["Url"] == f"/marketing/spring-product-walkthrough-{made['StandardItemCode']}"
    assert {row["person_name"] for row in world.audit_rows()} == {"Edna Editor"}


def test_live_without_the_right_is_a_draft_with_a_warning(
    world: World, handler: LambdaHandler, profile: Profile
) -> None:
    site = Website(world, handler, profile)
    answer = site.editor.call_tool("create_article", Title="News", standardSectionCode=site.marketing, Live=True).result
    assert answer["Article"]["Live"] is False
    assert codes(answer["Warnings"]) == ["LIVE_NOT_PERMITTED"]
    assert codes(world.audit_rows()[-1]["warnings"]) == ["LIVE_NOT_PERMITTED"]
    assert site.article(Live=True)["Live"] is True


def test_a_cover_image_on_step_one(world: World, handler: LambdaHandler, profile: Profile) -> None:
    site = Website(world, handler, profile)
    agent, article = site.editor, site.article(site.editor)["StandardItemCode"]
    first = agent.call_tool("create_article_step", StandardItemCode=article, Title="Overview").result["Step"]
    item = agent.call_tool("create_media_item", Title="Spring walkthrough cover").result["MediaItem"]
    cover = item["MediaFileItemCode"]
    content = base64.b64encode(png()).decode()
    agent.call_tool("attach_media_file", MediaFileItemCode=cover, FileName="cover.png", ContentBase64=content)
    answer = agent.call_tool(
        "attach_article_media",
        StandardStepByStepCode=first["StandardStepByStepCode"],
        MediaFileItemCode=cover,
        Role="cover",
        AltText="A walkthrough in spring",
    ).result
    assert answer["Warnings"] == []
    attached = answer["Attachment"]
    assert (attached["Target"], attached["Title"]) == ("step", "Spring walkthrough cover")
    (step,) = agent.call_tool("get_article", StandardItemCode=article).result["Article"]["Steps"]
    assert [media["MediaFileItemCode"] for media in step["Media"]] == [cover]
    assert world.audit_rows()[-2]["records"] == ["article_media#1", f"articles#{article}"]
