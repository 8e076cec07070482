"""Whole jobs in few calls: what people ask for in one sentence, done on the demo by an agent that makes no mistake.

The agent knows the tools' schemas, the words of the person it acts for, and the answers it gets. No call is refused, and no
argument is sent that the listed schema does not have.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

import pytest

from affino_mcp.local.demo_website import draw_picture
from tests.unit.local.counting_agent import Agent, Answer
from tests.unit.local.demo_service import DemoService
from tests.unit.local.merging_job import merge_what_is_there_twice
from tests.world import WorldClient

SELLER, EDITOR, PUBLISHER, MODERATOR = "sales_manager", "editor", "publisher", "moderator"
STEPS: Final = [{"Title": title, "Body": f"<p>{title}.</p>"} for title in ("Overview", "Setup", "Advanced", "Help")]


@pytest.fixture
def agent_of(service: DemoService) -> Iterator[Callable[[str], Agent]]:
    service.world.clock.move(seconds=60)  # the profile's limit is that of one moment
    handler = service.world.new_handler()

    def begin(role: str) -> Agent:
        client = WorldClient(service.world, handler, service.headers_of(role))
        today = date.fromisoformat(client.call_tool("get_current_user").result["Today"])
        return Agent(client, today)

    yield begin
    handler.close()


def picture(number: int) -> dict[str, str]:
    """A file as an agent sends it."""
    return {"FileName": f"picture-{number}.png", "ContentBase64": base64.b64encode(draw_picture(number)).decode()}


def create_an_account_with_its_contact(agent: Agent) -> None:
    jane = {"Email": "jane@orbital.example", "FirstName": "Jane", "LastName": "Doe", "JobTitle": "VP of Engineering"}
    words = {"Name": "Orbital Labs", "IndustryCode": "Technology", "AccountTypeCode": "Prospect"}
    made = agent.call("create_account", **words, PrimaryContact=jane)["Account"]
    assert (made["PrimaryContact"]["Name"], made["AccountType"]["Name"]) == ("Jane Doe", "Prospect")


def open_an_opportunity(agent: Agent) -> None:
    words = {"Title": "Q2 upsell", "Value": "£40,000", "TopicNames": ["platform expansion"]}
    people = {"AccountCode": "Northlight Energy", "PrimaryContactCode": "Ivor Strand"}
    made = agent.call("create_opportunity", **words, **people)["Opportunity"]
    assert (made["Value"], [topic["Name"] for topic in made["Topics"]]) == (40000, ["Platform Expansion"])
    assert made["PrimaryContact"]["Name"] == "Ivor Strand"


def change_company(agent: Agent) -> None:
    moved = {"UserCode": "Bilal Okoye", "AccountCode": "Fenwick Partners", "ToAccountCode": "Northlight Energy"}
    assert not agent.call("update_contact_account_link", **moved)["Link"]["LeftCompany"]


def fill_a_list_by_criteria(agent: Agent) -> None:
    done = agent.call(
        "add_contact_list_members", ContactListCode="Spring 2026 Campaign", Filters={"IndustryCode": "Healthcare"}
    )
    assert done["Totals"]["Added"] > 0


def put_a_task_on_tuesday(agent: Agent) -> None:
    due = agent.today + timedelta(days=(1 - agent.today.weekday()) % 7 or 7)
    task = agent.call("create_task", Title="Call Jane Doe", DueDate=str(due), AccountCode="Northlight Energy")["Task"]
    assert (task["DueDate"], task["Overdue"]) == (str(due), False)


def add_a_person_to_the_campaign(agent: Agent) -> None:
    done = agent.call("add_contact_list_members", ContactListCode="Spring 2026 Campaign", UserCodes=["Ivor Strand"])
    assert [member["Name"] for member in done["Added"]] == ["Ivor Strand"]


def draft_an_article_with_four_steps(agent: Agent) -> None:
    words = {"Title": "Spring Product Walkthrough", "Teaser": "Everything new in April"}
    made = agent.call("create_article", **words, standardSectionCode="Marketing", Steps=STEPS)["Article"]
    assert (made["Status"], len(made["Steps"]), made["Section"]["Name"]) == ("draft", 4, "Marketing")


def put_a_cover_on_a_step(agent: Agent) -> None:
    step = _new_article(agent)["Steps"][0]["StandardStepByStepCode"]
    item = agent.call("create_media_item", Title="Spring walkthrough cover", CategoryCode="Cover images", **picture(1))[
        "MediaItem"
    ]
    place = {"StandardStepByStepCode": step, "MediaFileItemCode": item["MediaFileItemCode"], "Role": "cover"}
    assert agent.call("attach_article_media", **place)["Warnings"] == []


def swap_the_cover(agent: Agent) -> None:
    step = _new_article(agent)["Steps"][0]["StandardStepByStepCode"]
    covers = [
        agent.client.call_tool("create_media_item", Title=f"Cover {n}", **picture(n)).result["MediaItem"]
        for n in (2, 3)
    ]
    place = {"StandardStepByStepCode": step, "Role": "cover"}
    old, new = (cover["MediaFileItemCode"] for cover in covers)
    agent.client.call_tool("attach_article_media", **place, MediaFileItemCode=old).result  # noqa: B018
    agent.call("attach_article_media", **place, MediaFileItemCode=new, Replace=True)
    shown = agent.client.call_tool("get_article_step", StandardStepByStepCode=step).result["Step"]["Media"]
    assert [media["MediaFileItemCode"] for media in shown] == [new]


def _new_article(agent: Agent) -> Answer:
    """An article that is there before the job begins: its call does not count."""
    asked = {"Title": f"Article {agent.calls}", "standardSectionCode": "Marketing", "Steps": STEPS[:1]}
    made: Answer = agent.client.call_tool("create_article", **asked).result["Article"]
    return made


def place_a_picture_in_a_text(agent: Agent) -> None:
    article = _new_article(agent)["StandardItemCode"]
    text = '<p>See: <img src="media:1" alt="The cover"></p>'
    agent.call("update_article", StandardItemCode=article, Body=text)
    read = agent.client.call_tool("get_article", StandardItemCode=article).result["Article"]
    assert (read["Body"], [image["MediaFileItemCode"] for image in read["Images"]]) == (text, [1])


def reply_to_a_thread_known_by_its_words(agent: Agent) -> None:
    forum = {"ForumItemCode": "customer-support"}
    (thread,) = agent.call("list_forum_threads", Search="login issues 9.0.11", **forum)["Items"]
    assert thread["Title"] == "v9.0.11 login issues"
    body = '<p>Clear the cookies; see <a href="https://help.example/login">the guide</a>.</p>'
    assert agent.call("create_forum_post", ForumThreadCode=thread["ForumThreadCode"], Body=body)["Post"]["Number"]


def hand_over_open_deals(agent: Agent) -> None:
    filters = {"OwnerCode": "Sam Rivers", "OpenOnly": True}
    done = agent.call("update_opportunities", Filters=filters, Changes={"OwnerCode": "Mara Lind"})
    assert done["Totals"]["done"] == done["Totals"]["asked"] > 0
    assert agent.client.call_tool("list_opportunities", **filters).result["Items"] == []


def find_contacts_without_consent(agent: Agent) -> None:
    found = agent.call("list_contacts", IndustryCode="Technology", WithoutPermissionCode="Marketing e-mail")
    assert found["Items"]


def sum_up_the_pipeline(agent: Agent) -> None:
    groups = agent.call("summarise_opportunities", GroupBy="Stage")
    assert groups["Groups"]


def list_overdue_tasks_of_the_team(agent: Agent) -> None:
    agent.call("list_tasks", OwnerCodes=["Sam Rivers", "Mara Lind"], Timing="overdue")


def create_forty_contacts(agent: Agent) -> None:
    people = [{"FirstName": "Guest", "LastName": f"Number{n}", "Email": f"guest{n}@fair.example"} for n in range(40)]
    assert agent.call("create_contacts", Items=people)["Totals"] == {"asked": 40, "done": 40}


def turn_a_text_with_pictures_into_an_article(agent: Agent) -> None:
    items = [
        agent.call("create_media_item", Title=f"Figure {n}", **picture(n))["MediaItem"]["MediaFileItemCode"]
        for n in (4, 5)
    ]
    steps = [STEPS[0] | {"Body": f'<p><img src="media:{items[0]}"></p>'}, *STEPS[1:3]]
    steps += [STEPS[3] | {"MediaFileItemCode": items[1]}]
    made = agent.call("create_article", Title="From a text", standardSectionCode="Guides", Steps=steps)
    assert [warning["Code"] for warning in made["Warnings"]] == ["STORED_DIFFERENTLY"]  # the section by its name


def publish_tomorrow_at_nine_in_london(agent: Agent) -> None:
    article = _new_article(agent)["StandardItemCode"]
    begins = f"{agent.today + timedelta(days=1)}T09:00 Europe/London"
    done = agent.call("publish_articles", StandardItemCodes=[article], LiveDate=begins)
    assert done["Totals"] == {"asked": 1, "done": 1}
    read = agent.client.call_tool("get_article", StandardItemCode=article).result["Article"]
    assert read["Status"] == "scheduled"


def find_articles_with_a_picture(agent: Agent) -> None:
    assert agent.call("list_articles", MediaFileItemCode=1)["Items"]


def approve_what_waits(agent: Agent) -> None:
    rows = agent.call("list_pending")["Items"]
    done = agent.call("moderate_pending", Refs=[row["Ref"] for row in rows], Action="approve")
    assert done["Totals"] == {"asked": len(rows), "done": len(rows)}
    assert agent.client.call_tool("list_pending").result["Items"] == []


def tell_what_happened_with_an_account(agent: Agent) -> None:
    week = {"DateFrom": str(agent.today - timedelta(days=7)), "DateTo": str(agent.today)}
    assert agent.call("list_activity", AccountCode="Northlight Energy", **week)["Items"]


def undo_the_last_three(agent: Agent) -> None:
    for n in range(3):
        agent.client.call_tool("create_note", Subject=f"Note {n}", Body="Said.", AccountCode="Northlight Energy").result  # noqa: B018
    assert agent.call("undo_changes", Last=3)["Totals"] == {"asked": 3, "done": 3}


def split_a_thread(agent: Agent) -> None:
    asked = {"ForumItemCode": "Members' Lounge", "Search": "import"}
    (thread,) = agent.client.call_tool("list_forum_threads", **asked).result["Items"]
    code = {"ForumThreadCode": thread["ForumThreadCode"]}
    posts = agent.client.call_tool("list_forum_posts", **code).result["Items"]
    reply = posts[-1]["ForumPostCode"]
    made = agent.call("split_forum_thread", **code, ForumPostCodes=[reply], Title="Another question")["Thread"]
    assert made["FirstPost"]["ForumPostCode"] == reply


JOBS: Final[dict[str, tuple[str, int, Callable[[Agent], None]]]] = {
    "account, industry and type, with a new primary contact": (SELLER, 1, create_an_account_with_its_contact),
    "opportunity of £40,000 with topic and primary contact": (SELLER, 1, open_an_opportunity),
    "contact changes company": (SELLER, 1, change_company),
    "list by criteria": (SELLER, 1, fill_a_list_by_criteria),
    "task next Tuesday": (SELLER, 1, put_a_task_on_tuesday),
    "person onto the campaign list by its title": (SELLER, 1, add_a_person_to_the_campaign),
    "draft article with four steps": (EDITOR, 1, draft_an_article_with_four_steps),
    "cover uploaded and put on a step": (EDITOR, 2, put_a_cover_on_a_step),
    "cover swapped": (EDITOR, 1, swap_the_cover),
    "picture inside a text": (EDITOR, 1, place_a_picture_in_a_text),
    "reply to a thread known by its words": (MODERATOR, 2, reply_to_a_thread_known_by_its_words),
    "open deals handed over": (SELLER, 1, hand_over_open_deals),
    "contacts at Technology accounts without consent": (SELLER, 1, find_contacts_without_consent),
    "pipeline by stage and value": (SELLER, 1, sum_up_the_pipeline),
    "overdue tasks of the team": (SELLER, 1, list_overdue_tasks_of_the_team),
    "forty contacts": (SELLER, 1, create_forty_contacts),
    "text to an article with four steps and two pictures": (EDITOR, 4, turn_a_text_with_pictures_into_an_article),
    "published tomorrow at nine in London": (PUBLISHER, 1, publish_tomorrow_at_nine_in_london),
    "articles with a media item": (EDITOR, 1, find_articles_with_a_picture),
    "what waits in sections approved": (PUBLISHER, 2, approve_what_waits),
    "what waits in forums approved": (MODERATOR, 2, approve_what_waits),
    "what happened with an account last week": (SELLER, 1, tell_what_happened_with_an_account),
    "last three undone": (SELLER, 1, undo_the_last_three),
    "two pairs of duplicates merged": (SELLER, 2, merge_what_is_there_twice),
    "thread split": (MODERATOR, 1, split_a_thread),
}
"""The jobs: who asks, the most calls, and how an agent does it."""


@pytest.mark.parametrize("job", JOBS)
def test_a_job_takes_few_calls_and_none_is_refused(agent_of: Callable[[str], Agent], job: str) -> None:
    role, most, do = JOBS[job]
    agent = agent_of(role)
    do(agent)
    assert agent.calls <= most
