"""Everyday tasks of the demo's people on the running service, by the SDK's MCP client over HTTP."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest

from affino_mcp.catalogue.capability import CRM_FAMILIES
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.local.demo_website import draw_picture
from tests.clients.agent import ToolFailed
from tests.clients.python_agents import PythonAgent, fastmcp_client, sdk_client
from tests.clients.service import Service, call

AGENT = PythonAgent(sdk_client, "auto")
Tool = Callable[..., dict[str, Any]]


@pytest.fixture
def acting(service: Service) -> Callable[..., Tool]:
    """A function that calls tools as one of the demo's people, through one of the demo's profiles."""

    def as_person(role: str, profile: str = "all") -> Tool:
        target = service.acting(role, profile)
        return lambda tool, **arguments: AGENT.call(target, tool, arguments)

    return as_person


@pytest.fixture
def sales(acting: Callable[..., Tool]) -> Tool:
    return acting("sales")


@pytest.fixture
def jane(sales: Tool) -> int:
    """The contact Jane Doe, with an e-mail address that is new in every test."""
    address = f"jane.{time.time_ns()}@orbital.example"
    made = sales("create_contact", Email=address, FirstName="Jane", LastName="Doe", JobTitle="VP of Engineering")
    code: int = made["Contact"]["UserCode"]
    return code


@pytest.fixture
def orbital(sales: Tool, jane: int) -> int:
    arguments = {"IndustryCode": "technology", "AccountTypeCode": "Prospect", "PrimaryContactCode": jane}
    code: int = sales("create_account", Name="Orbital Labs", **arguments)["Account"]["AccountCode"]
    return code


def test_an_account_with_its_primary_contact_as_a_prospect(sales: Tool, orbital: int, jane: int) -> None:
    seen = sales("get_account", AccountCode=orbital)["Account"]
    assert (seen["Industry"]["Name"], seen["AccountType"]["Name"]) == ("Technology", "Prospect")
    assert seen["PrimaryContact"] == {"UserCode": jane, "Name": "Jane Doe"}
    assert seen["CreatedBy"]["Name"] == "Sam Rivers"


def test_a_contact_at_an_account(sales: Tool, orbital: int) -> None:
    address = f"joe.{time.time_ns()}@orbital.example"
    made = sales("create_contact", Email=address, FirstName="Joe", LastName="Doe", AccountCode=orbital)["Contact"]
    assert [(link["AccountCode"], link["Name"]) for link in made["Accounts"]] == [(orbital, "Orbital Labs")]


def test_an_opportunity_with_a_topic(sales: Tool, orbital: int, jane: int) -> None:
    deal = {"Title": "Q2 upsell", "Value": 40000, "PrimaryContactCode": jane}
    made = sales("create_opportunity", AccountCode=orbital, **deal)["Opportunity"]
    assert (made["Value"], made["Currency"], made["Owner"]["Name"]) == (40000, "GBP", "Sam Rivers")
    code = made["OpportunityCode"]
    topics = sales("add_opportunity_topics", OpportunityCode=code, TopicNames=["platform expansion"])["Topics"]
    assert [topic["Name"] for topic in topics] == ["Platform Expansion"]


def test_a_task_for_next_tuesday(sales: Tool, jane: int) -> None:
    made = sales("create_task", Title="Confirm the pricing sheet", DueDate="2027-01-05", UserCode=jane)["Task"]
    assert (made["Status"], made["Scope"]["Name"]) == ("pending", "Jane Doe")


def test_a_note_on_a_contact(sales: Tool, jane: int) -> None:
    made = sales("create_note", Body="Wants a pricing comparison with competitor X.", UserCode=jane)["Note"]
    assert (made["Author"]["Name"], made["Scope"]["Name"]) == ("Sam Rivers", "Jane Doe")


def test_a_contact_onto_a_campaign_list(sales: Tool, jane: int) -> None:
    code = sales("create_contact_list", Title=f"Spring {time.time_ns()}")["ContactList"]["ContactListCode"]
    added = sales("add_contact_list_members", ContactListCode=code, UserCodes=[jane])
    assert added["Added"] == [{"UserCode": jane, "Name": "Jane Doe"}]


STEPS = ["Overview", "Setup", "Advanced use", "Troubleshooting"]


def _draft(editor: Tool) -> dict[str, Any]:
    (section,) = [s for s in editor("list_sections")["Sections"] if s["Name"] == "Marketing"]
    where = {"standardSectionCode": section["StandardSectionCode"]}
    made = editor("create_article", Title="Spring Product Walkthrough", Teaser="Everything new in April", **where)
    for title in STEPS:
        editor("create_article_step", StandardItemCode=made["Article"]["StandardItemCode"], Title=title)
    article: dict[str, Any] = editor("get_article", StandardItemCode=made["Article"]["StandardItemCode"])["Article"]
    return article


def test_a_draft_with_four_steps(acting: Callable[..., Tool]) -> None:
    article = _draft(acting("editor", "content-editor"))
    assert (article["Live"], [step["Title"] for step in article["Steps"]]) == (False, STEPS)
    assert article["CreatedBy"]["Name"] == "Edith Moreau"


def test_a_cover_image_on_step_one(acting: Callable[..., Tool]) -> None:
    editor = acting("editor", "content-editor")
    step = _draft(editor)["Steps"][0]["StandardStepByStepCode"]
    item = editor("create_media_item", Title="Spring walkthrough cover")["MediaItem"]["MediaFileItemCode"]
    file = {"FileName": "cover.png", "ContentBase64": base64.b64encode(draw_picture(1)).decode()}
    editor("attach_media_file", MediaFileItemCode=item, **file)
    attached = editor("attach_article_media", StandardStepByStepCode=step, MediaFileItemCode=item, Role="cover")
    assert (attached["Attachment"]["Target"], attached["Warnings"]) == ("step", [])


def _thread(member: Tool) -> int:
    (forum,) = member("list_forums", Search="customer support")["Items"]
    threads = member("list_forum_threads", ForumItemCode=forum["ForumItemCode"], Search="login issues")["Items"]
    code: int = threads[0]["ForumThreadCode"]
    return code


def test_a_reply_in_the_customer_support_forum(acting: Callable[..., Tool]) -> None:
    member = acting("member")
    post = member("create_forum_post", ForumThreadCode=_thread(member), Body="<p>Clear the cookie; see the guide.</p>")
    assert (post["Post"]["Author"]["Name"], post["Post"]["Moderation"]["Status"]) == ("Max Weber", "approved")


def test_list_three_accounts(sales: Tool) -> None:
    assert len(sales("list_accounts", PageSize=3)["Items"]) == 3


@pytest.mark.parametrize("connect", [sdk_client, fastmcp_client], ids=["mcp", "fastmcp"])
def test_a_content_editor_never_sees_crm(service: Service, connect: Any) -> None:
    names = PythonAgent(connect, "auto").tools(service.acting("editor", "content-editor"))
    crm = {name for name, method in METHODS.items() if method.family in set(CRM_FAMILIES)}
    assert names.isdisjoint(crm)
    assert {"list_articles", "attach_media_file"} <= names
    target = service.profile("articles=read,write", "media_items=read,write")  # same tools, higher rate
    for name in sorted(crm):
        answer = call(target, name, {}).json()["result"]
        assert (answer["isError"], answer["structuredContent"]["error"]["type"]) == (True, "tool_disabled")


def test_a_non_moderator_is_refused(acting: Callable[..., Tool]) -> None:
    member = acting("member")
    with pytest.raises(ToolFailed, match="-110"):
        member("moderate_forum_thread", ForumThreadCode=_thread(member), Action="lock")
