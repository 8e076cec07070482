"""No answer is over 20,000 tokens in any script: texts come in parts, lists page by page, writes without the texts."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.token_estimate import estimate_tokens
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.website import Website, codes
from tests.world import World, WorldClient

SCRIPTS = {
    "english": "The renewal is agreed in principle. ",
    "chinese": "续约原则上已达成一致。",
    "emoji": "🎉🚀🧩",
    "combining marks": "q\u0323\u0302 x\u0323\u0301 ",
    "base64": "aB3xQ9zR7kLm2Pw5",
}
_JANE = {"Email": "j@o.example", "FirstName": "Jane", "LastName": "Doe"}
TEXTS = {
    "account": ("create_account", "get_account", "AccountCode", "Description", {"Name": "Orbital"}),
    "contact": (
        "create_contact",
        "get_contact",
        "UserCode",
        "Biography",
        {"Email": "j@o.example", "FirstName": "J", "LastName": "D"},
    ),
    "task": ("create_task", "get_task", "AppUserTaskCode", "Memo", {"Title": "Call"}),
    "note": ("create_note", "get_note", "NoteCode", "Body", {}),
    "opportunity": ("create_opportunity", "get_opportunity", "OpportunityCode", "Description", {"Title": "Deal"}),
}


@pytest.fixture
def site(world: World, handler: LambdaHandler, profile: Profile) -> Website:
    return Website(world, handler, profile)


def cut_attributes(answer: dict[str, Any]) -> list[str]:
    """What the warnings of an answer call cut."""
    return [warning["Argument"] for warning in answer["Warnings"] if warning["Code"] == "TRUNCATED"]


def read_whole(client: WorldClient, tool: str, name: str, **which: int) -> str:
    """The text of a record, read part by part; each answer is within the limit."""
    text, start = "", 0
    for _ in range(60):
        answer = client.call_tool(tool, **which, **({f"{name}From": start} if start else {})).result
        assert estimate_tokens(answer) <= 20_000
        record = next(part for part in answer.values() if isinstance(part, dict))
        text += record[name]
        following = record.get(f"{name}Next")
        assert (following is not None) == (name in cut_attributes(answer))
        if following is None:
            break
        assert following == len(text)
        start = following
    return text


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("kind", TEXTS)
def test_the_longest_text_of_a_record_comes_whole(manager: WorldClient, kind: str, script: str) -> None:
    create, get, code, name, more = TEXTS[kind]
    text = (SCRIPTS[script] * 8_000)[:7_999] + "."
    account = manager.call_tool("create_account", Name="Holding").result["Account"]["AccountCode"]
    given = {**more, name: text} | ({"AccountCode": account} if kind in ("note", "opportunity") else {})
    made = manager.call_tool(create, **given).result
    (record,) = (part for key, part in made.items() if isinstance(part, dict))
    assert (record[f"{name}Length"], name in record) == (len(text), False)
    assert estimate_tokens(made) < 1_500
    assert read_whole(manager, get, name, **{code: record[code]}) == text


@pytest.mark.parametrize("script", SCRIPTS)
def test_long_notes_are_listed_page_by_page(manager: WorldClient, script: str) -> None:
    account = manager.call_tool("create_account", Name="Holding").result["Account"]["AccountCode"]
    texts = {f"{n} {SCRIPTS[script] * 8_000}"[:7_800].strip() for n in range(6)}
    for text in texts:
        assert manager.call_tool("create_note", AccountCode=account, Body=text).result
    found, more, rows = set[str](), dict[str, str](), 0
    while True:
        page = manager.call_tool("list_notes", **more).result
        assert estimate_tokens(page) <= 20_000
        for row in page["Items"]:
            whole = row["Body"] if "Body" in row else read_whole(manager, "get_note", "Body", NoteCode=row["NoteCode"])
            found.add(whole)
        rows += len(page["Items"])
        if page["NextCursor"] is None:
            break
        assert "TRUNCATED" in codes(page["Warnings"])
        more = {"Cursor": page["NextCursor"]}
    assert (found, rows) == (texts, 6)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_long_article_and_its_steps_come_whole(site: Website, script: str) -> None:
    body = "<p>" + (SCRIPTS[script] * 40_000)[:39_980].strip() + "</p>"
    code = site.article(Body=body)["StandardItemCode"]
    step = site.step(code, "One", Body=body)["StandardStepByStepCode"]
    assert read_whole(site.publisher, "get_article", "Body", StandardItemCode=code) == body
    assert read_whole(site.publisher, "get_article_step", "Body", StandardStepByStepCode=step) == body
    listed = site.publisher.call_tool("list_article_steps", StandardItemCode=code).result
    assert listed["Steps"][0]["BodyLength"] == len(body)
    assert estimate_tokens(listed) <= 20_000


def test_a_write_says_what_changed_and_repeats_no_long_text(site: Website) -> None:
    code = site.article(Body="<p>" + "word " * 30_000 + "</p>")["StandardItemCode"]
    answer = site.publisher.call_tool("update_article", StandardItemCode=code, Teaser="Short", Title="Newer").result
    assert answer["Changed"] == ["Title", "Teaser"]
    assert answer["Article"]["Teaser"] == "Short"
    assert answer["Article"]["BodyLength"] > 140_000
    assert estimate_tokens(answer) < 1_000


def test_the_history_of_long_texts_is_within_the_limit(manager: WorldClient) -> None:
    task = manager.call_tool("create_task", Title="Call", Memo="🎉" * 8_000).result["Task"]["AppUserTaskCode"]
    for n in range(4):
        assert manager.call_tool("update_task", AppUserTaskCode=task, Memo=f"{n}" + "🚀" * 7_000).result
    assert estimate_tokens(manager.call_tool("get_task", AppUserTaskCode=task).result) <= 20_000
    more = dict[str, Any]()
    versions = list[int]()
    while True:
        page = manager.call_tool("list_record_history", Family="tasks", Code=task, **more).result
        assert estimate_tokens(page) <= 20_000
        versions += [row["Version"] for row in page["Items"]]
        if page["NextCursor"] is None:
            break
        more = {"Cursor": page["NextCursor"]}
    assert versions == [5, 4, 3, 2, 1]
