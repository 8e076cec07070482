"""Long posts, many posts, and posts written at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.token_estimate import estimate_tokens
from affino_mcp.store.ops import Put
from tests.flow.community import Community, numbers, read_thread, warned
from tests.world import World, WorldClient


def test_a_long_post_comes_back_as_it_was(community: Community, thread: int) -> None:
    body = "<p>" + "Grüße, 世界! " * 1_500 + "</p>"
    post = community.post(thread, Body=body)
    code = post["ForumPostCode"]
    assert community.max.call_tool("get_forum_post", ForumPostCode=code).result["Post"]["Body"] == body
    changed = body.replace("Grüße", "Hallo")
    updated = community.ann.call_tool("update_forum_post", ForumPostCode=code, Body=changed).result["Post"]
    assert (post["BodyLength"], updated["BodyLength"]) == (len(body), len(changed))
    assert community.max.call_tool("get_forum_post", ForumPostCode=code).result["Post"]["Body"] == changed


def test_a_page_of_long_posts_ends_where_the_answer_is_full(community: Community, thread: int) -> None:
    body = "<p>" + "word " * 5_000 + "</p>"
    for _ in range(5):
        community.post(thread, Body=body)
    found, more = list[int](), dict[str, str]()
    while True:
        page = community.max.call_tool("list_forum_posts", ForumThreadCode=thread, **more).result
        assert estimate_tokens(page) <= 20_000
        found += [row["Number"] for row in page["Items"]]
        if page["NextCursor"] is None:
            break
        assert warned(page) == ["TRUNCATED"]
        more = {"Cursor": page["NextCursor"]}
    assert found == [1, 2, 3, 4, 5, 6]


def test_a_post_too_long_for_one_answer_is_read_in_parts(community: Community, thread: int) -> None:
    """Posts became as long as this when an entity counted as one character."""
    post, records = community.post(thread, Body="x")["ForumPostCode"], community.world.records
    stored, body = records.load_record("forum_posts", post), "<p>" + "&amp;" * 49_000 + "</p>"
    assert stored is not None
    long = replace(stored.document, values={**stored.document.values, "Body": body})
    community.world.database.transact([Put(records.table, long.to_row())], "a post of before")
    text, start = "", 0
    for _ in range(20):
        answer = community.max.call_tool("get_forum_post", ForumPostCode=post, BodyFrom=start).result
        part = answer["Post"]["Body"]
        text, start = text + part, start + len(part)
        if not answer["Warnings"]:
            break
        assert warned(answer) == ["TRUNCATED"]
    assert text == body
    items = community.max.call_tool("list_forum_posts", ForumThreadCode=thread).result
    assert [row["Number"] for row in items["Items"]] == [1]
    rest = community.max.call_tool("list_forum_posts", ForumThreadCode=thread, Cursor=items["NextCursor"]).result
    assert ([row["Number"] for row in rest["Items"]], rest["NextCursor"]) == ([2], None)


def test_no_number_is_given_twice_or_left_out(world: World, community: Community, profile: Profile) -> None:
    """Four processes write in two threads at once, one of them moderates: counts stay exact."""
    codes = [community.thread()["ForumThreadCode"] for _ in range(2)]
    handlers = [world.new_handler() for _ in range(4)]
    people = [
        WorldClient(world, handler, client.headers)
        for handler, client in zip(handlers, _people(community), strict=True)
    ]

    def write(client: WorldClient) -> list[int]:
        return [
            client.call_tool("create_forum_post", **_reply(codes[n % 2])).result["Post"]["ForumPostCode"]
            for n in range(6)
        ]

    try:
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(write, people))
    finally:
        for handler in handlers:
            handler.close()
    for place, code in enumerate(codes):
        assert numbers(community.max, code, PageSize=100) == list(range(1, 14))
        seen = read_thread(community.max, code)
        last = max(post for posts in made for post in posts[place::2])
        assert (seen["PostCount"], seen["LastPost"]["ForumPostCode"]) == (13, last)


def _people(community: Community) -> list[WorldClient]:
    return [community.max, community.ann, community.mina, community.cora]


def _reply(thread: int) -> dict[str, Any]:
    return {"ForumThreadCode": thread, "Body": "<p>At once</p>"}


def test_reading_and_writing_cost_the_same_in_a_long_thread(community: Community, thread: int) -> None:
    def costs() -> list[int]:
        found = list[int]()
        for tool, more in (
            ("create_forum_post", {"Body": "<p>x</p>"}),
            ("list_forum_posts", {}),
            ("get_forum_thread", {}),
        ):
            community.world.watched.calls.clear()
            community.ann.call_tool(tool, ForumThreadCode=thread, **more).result  # noqa: B018
            found.append(len(community.world.watched.calls))
        return found

    costs()
    before = costs()
    for _ in range(120):
        community.post(thread)
    assert costs() == before
