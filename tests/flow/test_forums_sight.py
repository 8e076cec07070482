"""After any calls in forums, each person sees exactly what they may, and each call answers as the rules say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.community import Community
from tests.flow.forum_model import CONFLICT, FORUMS, IDEAS, NOT_FOUND, PEOPLE, Text, Thread, moderates, reads
from tests.world import World, WorldClient

DEEDS = ("open", "reply", "reply", "edit", "edit_opening", "retitle", "delete", "delete_opening", "delete_thread")
THREAD_ACTIONS = ("lock", "unlock", "hide", "unhide", "approve", "reject")
POST_ACTIONS = ("hide", "unhide", "approve", "reject")
MODERATING = (*(f"thread:{a}" for a in THREAD_ACTIONS), *(f"post:{a}" for a in POST_ACTIONS))
STEP = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(DEEDS + MODERATING), st.integers(0, 5), st.integers(0, 5))


class Play:
    """The service and the model side by side."""

    def __init__(self, community: Community) -> None:
        self.community, self.threads, self.words = community, list[Thread](), 0

    def client(self, person: str) -> WorldClient:
        found: WorldClient = getattr(self.community, person)
        return found

    def word(self) -> str:
        self.words += 1
        return f"zq{self.words:04d}w"

    def step(self, person: str, deed: str, first: int, second: int) -> None:
        if deed == "open" or not self.threads:
            return self.open(person, FORUMS[first % len(FORUMS)])
        thread = self.threads[first % len(self.threads)]
        if deed == "reply" or (not thread.replies and deed in {"edit", "delete", *(f"post:{a}" for a in POST_ACTIONS)}):
            return self.reply(person, thread)
        if deed.startswith(("edit", "delete")) and deed != "delete_thread":
            return self.rewrite(person, thread, deed, second)
        if deed.startswith("post:"):
            return self.decide(person, thread, thread.replies[second % len(thread.replies)], deed.partition(":")[2])
        return self.on_thread(person, thread, deed)

    def call(self, person: str, tool: str, expected: int, **arguments: Any) -> dict[str, Any]:
        answer = self.client(person).call_tool(tool, **arguments).document["result"]
        content: dict[str, Any] = answer["structuredContent"]
        code = content["error"]["code"] if answer.get("isError") else 0
        assert code == expected, (person, tool, arguments, content)
        return content

    def open(self, person: str, forum: str) -> None:
        refusal = 0 if reads(person, forum) else NOT_FOUND
        word, code = self.word(), getattr(self.community, forum)
        given = {"ForumItemCode": code, "Title": f"Title {word}", "Body": f"<p>{word}</p>"}
        answer = self.call(person, "create_forum_thread", refusal, **given)
        if refusal == 0:
            made, held = answer["Thread"], forum == IDEAS and not moderates(person, forum)
            codes = {"code": made["ForumThreadCode"], "opening": made["FirstPost"]["ForumPostCode"]}
            thread = Thread(person, word, "pending" if held else "approved", forum=forum, **codes)
            self.threads.append(thread)

    def reply(self, person: str, thread: Thread) -> None:
        refusal, word = thread.reply(person), self.word()
        given = {"ForumThreadCode": thread.code, "Body": f"<p>{word}</p>"}
        answer = self.call(person, "create_forum_post", refusal, **given)
        if refusal == 0:
            held = thread.forum == IDEAS and not moderates(person, thread.forum)
            post = answer["Post"]
            assert post["Number"] == len(thread.replies) + 2
            thread.replies.append(Text(person, word, "pending" if held else "approved", code=post["ForumPostCode"]))

    def rewrite(self, person: str, thread: Thread, deed: str, second: int) -> None:
        opening = deed.endswith("opening")
        text = thread if opening else thread.replies[second % len(thread.replies)]
        code, refusal = thread.opening if opening else text.code, thread.change(person, text)
        if deed.startswith("delete"):
            refusal = CONFLICT if opening and refusal == 0 else refusal
            self.call(person, "delete_forum_post", refusal, ForumPostCode=code)
            text.deleted = text.deleted or refusal == 0
            return
        body = f"<p>{text.word} {self.word()}</p>"
        self.call(person, "update_forum_post", refusal, ForumPostCode=code, Body=body)
        if refusal == 0:
            thread.held(person, text)

    def decide(self, person: str, thread: Thread, post: Text, action: str) -> None:
        refusal = thread.decide(person, post, action)
        self.call(person, "moderate_forum_post", refusal, ForumPostCode=post.code, Action=action)

    def on_thread(self, person: str, thread: Thread, deed: str) -> None:
        which = {"ForumThreadCode": thread.code}
        if deed == "retitle":
            refusal = thread.change(person, thread)
            self.call(person, "update_forum_thread", refusal, **which, Title=f"{thread.word} {self.word()}")
            if refusal == 0:
                thread.held(person, thread)
        elif deed == "delete_thread":
            self.call(person, "delete_forum_thread", thread.remove(person), **which)
        else:
            action = deed.partition(":")[2]
            self.call(person, "moderate_forum_thread", thread.decide(person, thread, action), **which, Action=action)

    def look(self, person: str) -> None:
        """Everything that a person can read agrees with the model and holds nothing that the person may not see."""
        client, told = self.client(person), list[Any]()
        rows = client.call_tool("list_forum_threads", PageSize=100).result["Items"]
        told += [rows, self.forums(person), *(self.thread(person, thread) for thread in self.threads)]
        assert {r["ForumThreadCode"] for r in rows} == {t.code for t in self.threads if t.seen(person)}
        self.searches(person)
        hidden = [t.word for t in self.threads if not t.seen(person)]
        hidden += [r.word for t in self.threads for r in t.replies if not t.sees(person, r)]
        assert not [word for word in hidden if word in json.dumps(told)]

    def searches(self, person: str) -> None:
        for thread in self.threads:
            found = self.client(person).call_tool("list_forum_threads", Search=thread.word).result
            assert found["TotalRecords"] == int(thread.seen(person))

    def forums(self, person: str) -> list[Any]:
        items: list[Any] = self.client(person).call_tool("list_forums").result["Items"]
        counts = {row["ForumItemCode"]: row["ThreadCount"] for row in items}
        for forum in FORUMS:
            public = sum(thread.forum == forum and thread.public for thread in self.threads)
            assert counts.get(getattr(self.community, forum)) == (public if reads(person, forum) else None)
        return items

    def thread(self, person: str, thread: Thread) -> list[Any]:
        seen = 0 if thread.seen(person) else NOT_FOUND
        whole = self.call(person, "get_forum_thread", seen, ForumThreadCode=thread.code)
        posts = self.call(person, "list_forum_posts", seen, ForumThreadCode=thread.code, PageSize=100)
        single = [
            self.call(
                person, "get_forum_post", 0 if thread.sees(person, reply) else NOT_FOUND, ForumPostCode=reply.code
            )
            for reply in thread.replies
        ]
        if seen == 0:
            expected = [thread.opening, *(reply.code for reply in thread.replies if thread.sees(person, reply))]
            assert [post["ForumPostCode"] for post in posts["Items"]] == expected
            assert whole["Thread"]["PostCount"] == 1 + len(thread.shown)
            last = thread.shown[-1].code if thread.shown else thread.opening
            assert whole["Thread"]["LastPost"]["ForumPostCode"] == last
            waiting = sum(
                reply.status == "pending" and not reply.hidden and not reply.deleted for reply in thread.replies
            )
            moderator = moderates(person, thread.forum)
            assert whole["Thread"]["PendingPostCount"] == (waiting if moderator else None)
        return [whole, posts, *single]


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=4, max_size=24))
def test_each_person_sees_and_may_what_the_rules_say(steps: list[tuple[str, str, int, int]]) -> None:
    world = World()
    handler: LambdaHandler = world.new_handler()
    try:
        play = Play(Community(world, handler, world.create_profile()))
        for step in steps:
            play.step(*step)
        for person in PEOPLE:
            play.look(person)
    finally:
        handler.close()
