"""One call of each kind through the whole service, on a store that counts what DynamoDB would charge."""

from __future__ import annotations

import contextlib
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.instance.builtin.forums.forums import upsert_forum
from affino_mcp.settings import Settings
from affino_mcp.store.testing.item_size import INDEX_ENTRY_OVERHEAD, count_item_bytes
from affino_mcp.store.testing.metered_database import MeteredDatabase, Usage
from tests.template_tables import template_shapes
from tests.world import EVERYTHING, Response, World, WorldClient

Asked = tuple[str, str, dict[str, Any]]
"""A kind of call, its tool and its arguments."""

RECORDS_BEFORE: Final = 30
"""How many records of each kind there are before the calls that are measured."""
_LETTERS: Final = "abcdefghijklmnoprstuvw"


@cache
def _vocabulary() -> list[str]:
    dice = random.Random(7)
    return ["".join(dice.choices(_LETTERS, k=dice.randint(3, 9))) for _ in range(2000)]


def write_text(number: int, words: int = 60) -> str:
    """The text of a note: so many different words, the same ones for the same number."""
    return " ".join(random.Random(number).sample(_vocabulary(), words))


@dataclass(frozen=True)
class MeteredCall:
    """What one call used, the bytes of its answer, and the bytes that the API Log stores of it with its index entries."""

    usage: Usage
    answer_bytes: int
    log_bytes: int


class MeteredOffice:
    """A service with one client, whose calls are counted. Log lines are not printed."""

    def __init__(self, database: MeteredDatabase | None = None) -> None:
        self.database = database or MeteredDatabase(template_shapes())
        self.world = World(database=self.database)
        self.handler = self.world.new_handler()
        self.person = self.world.create_person("Una", "Mighty", *SECURITY_GROUPS)
        self.client = self._new_client("all", EVERYTHING)
        self.reader = self._new_client("reader", {"accounts": frozenset({Access.READ})})

    def _new_client(self, name: str, families: Any) -> WorldClient:
        profile = self.world.create_profile(name, families)
        return WorldClient(self.world, self.handler, self.world.log_in(profile, self.person))

    def measure(self, send: Callable[[], Response]) -> MeteredCall:
        """Makes one call and gives what it used."""
        self.world.clock.move(seconds=1)
        before = len(self._log_items())
        self.database.usage = Usage()
        answer = send()
        used, self.database.usage = self.database.usage, Usage()
        rows = self._log_items()[before:]
        return MeteredCall(used, len(json.dumps(answer.document).encode()), sum(map(_stored_bytes, rows)))

    def call(self, tool: str, **arguments: Any) -> MeteredCall:
        """Makes one call of a tool, which must succeed."""

        def send() -> Response:
            answer = self.client.call_tool(tool, **arguments)
            answer.result  # noqa: B018 (asserts that the call succeeded)
            return answer

        return self.measure(send)

    def _log_items(self) -> list[dict[str, Any]]:
        rows = self.database.list_rows(self.world.settings.audit_table)
        return sorted((row for row in rows if "outcome" in row), key=lambda row: str(row["sk"]))


def _stored_bytes(item: dict[str, Any]) -> int:
    entries = [shape.project(item) for shape in template_shapes()[Settings().audit_table]]
    return sum(count_item_bytes(one) + INDEX_ENTRY_OVERHEAD for one in (item, *entries) if one)


def fill_office(office: MeteredOffice, count: int = RECORDS_BEFORE) -> None:
    """Makes accounts, contacts and notes, so that lists have full pages and the process knows the last codes."""
    for n in range(count):
        office.call("create_account", Name=f"{write_text(n, 2)} Ltd", City="Leeds", Website=f"https://site{n}.example")
        office.call("create_contact", Email=f"c{n}@orbital.example", FirstName="Jane", LastName=write_text(n, 1))
        office.call("create_note", Body=write_text(n), AccountCode=1 + n)
        office.call("create_task", Title=write_text(n, 4), AccountCode=1 + n)


@contextlib.contextmanager
def _filled_office() -> Iterator[MeteredOffice]:
    with contextlib.redirect_stdout(io.StringIO()):
        office = MeteredOffice()
        fill_office(office)
        yield office
        office.handler.close()


def measure_kinds() -> dict[str, MeteredCall]:
    """What one call of each kind used, by the kind's name."""
    found: dict[str, MeteredCall] = {}
    with _filled_office() as office:
        for kind, tool, arguments in [*_reads(), *_writes(office)]:
            found[kind] = office.call(tool, **arguments)
        found["refused, 403"] = office.measure(lambda: office.reader.call_tool("get_contact", UserCode=5))
        found["tools/list"] = office.measure(lambda: office.client.send_rpc("tools/list"))
    return found


def _reads() -> list[Asked]:
    words = {"Search": write_text(3, 2)}
    return [
        ("get_account", "get_account", {"AccountCode": 3}),
        ("get_contact", "get_contact", {"UserCode": 5}),
        ("list_accounts, 20", "list_accounts", {}),
        ("list_accounts, a search", "list_accounts", words),
        ("list_contacts, a telephone", "list_contacts", {"Search": "020 7946 0958"}),
        ("list_articles, a search", "list_articles", words),
        ("list_opportunities, a search", "list_opportunities", words),
    ]


def _writes(office: MeteredOffice) -> list[Asked]:
    """The writes to measure, on a list and a thread that are made here."""
    forum = upsert_forum(office.world.records, "Ideas", office.world.clock(), read=("Everybody",), post=("Everybody",))
    talk = {"ForumItemCode": forum, "Title": "Ideas", "Body": "Ideas"}
    thread = office.client.call_tool("create_forum_thread", **talk).result["Thread"]["ForumThreadCode"]
    friends = office.client.call_tool("create_contact_list", Title="Friends").result["ContactList"]["ContactListCode"]
    account = {"Name": "New Labs", "City": "Leeds", "Website": "https://new.example"}
    new = {"FirstName": "New", "LastName": "Doe", "JobTitle": "Head of Sales", "Company": "Orbital", "AccountCode": 1}
    phones = {"Telephone": "+44 (0)20 7946 0958", "Mobile": "+447700900123"}
    post = {"ForumThreadCode": thread, "Body": f"<p>{write_text(998)}</p>"}
    members = {"ContactListCode": friends, "UserCodes": list(range(2, 30))}
    return [
        ("create_account", "create_account", account),
        ("create_contact", "create_contact", {"Email": "new@orbital.example", **new}),
        ("create_contact, two telephones", "create_contact", {"Email": "two@orbital.example", **new, **phones}),
        ("create_note, 60 words", "create_note", {"Body": write_text(999), "AccountCode": 1}),
        ("create_forum_post, 60 words", "create_forum_post", post),
        ("update_account", "update_account", {"AccountCode": 3, "City": "York"}),
        ("add 28 members", "add_contact_list_members", members),
    ]
