"""The demo's website records that the examples of the tools name, so that an agent can do what an example asks."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

from affino_mcp.local.demo_website import draw_picture
from affino_mcp.local.steps import DemoStep, StepRef

_ARTICLE: Final = StepRef("spring walkthrough")
_COVER: Final = StepRef("spring cover")
_STEPS: Final = ("Overview", "Setup", "Advanced use", "Troubleshooting")


def make_example_steps() -> Iterator[DemoStep]:
    """The steps that make an editor's draft of four steps, in a category, with a cover on its first step."""
    draft = {"Title": "Spring Product Walkthrough", "Teaser": "Everything new in April"}
    yield _step("create_article", _ARTICLE.name, **draft, standardSectionCode=StepRef("section Marketing"))
    for title in _STEPS:
        body, step = f"<p>{title}: to be written.</p>", f"walkthrough, {title}"
        yield _step("create_article_step", step, StandardItemCode=_ARTICLE, Title=title, Body=body)
    yield _step("add_article_categories", StandardItemCode=_ARTICLE, CategoryCodes=[StepRef("guides")])
    file = {"FileName": "spring-cover.png", "ContentBase64": base64.b64encode(draw_picture(9)).decode()}
    yield _step("create_media_item", _COVER.name, Title="Spring cover", CategoryCode=StepRef("covers"), **file)
    place = {"StandardStepByStepCode": StepRef(f"walkthrough, {_STEPS[0]}"), "MediaFileItemCode": _COVER}
    yield _step("attach_article_media", **place, Role="cover")


def _step(tool: str, name: str = "", /, **arguments: Any) -> DemoStep:
    return DemoStep("editor", tool, arguments, name)
