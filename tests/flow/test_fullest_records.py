"""The records with the most words can be written, and changed as a whole, in one transaction."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.community import Community
from tests.flow.website import Website
from tests.world import World, WorldClient


def letters(start: int, count: int) -> str:
    """So many different ideographs."""
    return "".join(chr(0x4E00 + start + n) for n in range(count))


def full_contact(n: int) -> dict[str, Any]:
    """Values for every field of a contact that is searched, none of whose words another number has."""
    lines = {
        name: letters(1000 * n + 100 * place, 90)
        for place, name in enumerate(("FirstName", "LastName", "Company", "JobTitle"))
    }
    addresses = {name: f"{name[0]}{n}.x{n}@y{n}.z{n}q" for name in ("Email", "SecondaryEmail")}
    phones = {name: f"+44{n}{place}4681357" for place, name in enumerate(("Telephone", "Mobile", "BusinessPhone"), 1)}
    return lines | addresses | phones | {"ExternalID": f"full{n}"}


def test_a_full_contact_is_changed_as_a_whole(manager: WorldClient) -> None:
    accounts = [crm.account(manager, f"Orbital {n}") for n in range(3)]
    made = manager.call_tool("create_contact", **full_contact(1), AccountCode=accounts[0]).result["Contact"]
    for account in accounts[1:]:
        manager.call_tool("link_contact_to_account", UserCode=made["UserCode"], AccountCode=account).result  # noqa: B018
    changed = manager.call_tool(
        "update_contact", UserCode=made["UserCode"], **full_contact(2), IdempotencyKey="k"
    ).result
    assert len(changed["Changed"]) == 10
    assert manager.call_tool("list_contacts", Search=letters(2000, 8)[2:6]).result["TotalRecords"] == 1
    assert manager.call_tool("list_contacts", Search=letters(1000, 8)[2:6]).result["TotalRecords"] == 0


def test_a_full_account_is_changed_as_a_whole(manager: WorldClient) -> None:
    def values(n: int) -> dict[str, Any]:
        names = {"Name": letters(1000 * n, 250), "City": letters(1000 * n + 300, 90), "ExternalID": f"full{n}"}
        return names | {
            "Telephone": f"+44{n}24681357",
            "Website": f"https://a{n}.b{n}",
            "Email": f"c{n}.d{n}@e{n}.fg{n}q",
        }

    code = crm.account(manager, **{"name": values(1)["Name"]} | {k: v for k, v in values(1).items() if k != "Name"})
    changed = manager.call_tool("update_account", AccountCode=code, **values(2), IdempotencyKey="k").result
    assert len(changed["Changed"]) == 6


def test_a_full_article_and_its_step_are_changed_as_a_whole(
    world: World, handler: LambdaHandler, profile: Profile
) -> None:
    site = Website(world, handler, profile)

    def values(n: int) -> dict[str, Any]:
        body = f"<p>{letters(1000 * n + 300, 200)}</p>" * 30
        return {"Title": letters(1000 * n, 250), "Teaser": letters(1000 * n + 500, 200), "Body": body}

    code = site.article(**values(1), TopicCodes=[1, 2], SecurityCode=site.secret, Live=True)["StandardItemCode"]
    update = {"StandardItemCode": code, **values(2), "TopicCodes": [3], "standardSectionCode": site.board}
    assert site.publisher.call_tool("update_article", **update, IdempotencyKey="k").result["Changed"]
    step = site.step(code, values(3)["Title"], Body=values(3)["Body"])["StandardStepByStepCode"]
    update = {"StandardStepByStepCode": step, "Title": values(4)["Title"], "Body": values(4)["Body"], "SortOrder": 1}
    assert site.publisher.call_tool("update_article_step", **update, IdempotencyKey="k2").result["Changed"]


@pytest.mark.parametrize("forum", ["support", "ideas"])
def test_a_full_thread_is_written_with_its_post(
    world: World, handler: LambdaHandler, profile: Profile, forum: str
) -> None:
    community = Community(world, handler, profile)
    full: dict[str, Any] = {"Title": letters(0, 250), "Body": f"<p>{letters(300, 900)}</p>" * 10, "TopicCodes": [1, 2]}
    thread = community.thread(forum=getattr(community, forum), **full, IdempotencyKey="k")
    first = thread["FirstPost"]["ForumPostCode"]
    update = {"ForumPostCode": first, "Body": f"<p>{letters(3000, 900)}</p>" * 10}
    assert community.max.call_tool("update_forum_post", **update, IdempotencyKey="k2").result["Changed"]
