"""Which partition throttles first: calls of many profiles on a store that counts units by partition.

    python -m bench.scale [--profiles N] [--calls N] [--rate N]

Every call goes through the whole service. The units of each partition are reckoned for `--rate` calls a second. Ends with code 1
when a partition would take more than DynamoDB gives one: 1,000 write units or 3,000 read units a second.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.settings import Settings
from affino_mcp.store.testing.metered_database import Place, Usage
from bench.metered_calls import MeteredOffice, fill_office, write_text
from tests.world import EVERYTHING, WorldClient

WRITE_LIMIT, READ_LIMIT = 1000, 3000
PROFILES_OF_A_PERSON: Final = 10
SHOWN: Final = 12
MIX: Final[Mapping[str, int]] = {
    "get": 40,
    "list": 20,
    "search": 8,
    "update": 10,
    "create_note": 4,
    "create_contact": 3,
    "create_account": 2,
    "create_task": 3,
    "refused": 5,
    "tools/list": 5,
}
"""How many of a hundred calls are of each kind; the four families of the CRM take what ten would share."""


@dataclass
class Traffic:
    """The calls of many clients in turn, by the mix."""

    office: MeteredOffice
    clients: list[WorldClient]
    dice: random.Random
    first_contact: int

    def send(self, number: int) -> None:
        """Sends one call of one client."""
        (kind,) = self.dice.choices(list(MIX), weights=list(MIX.values()))
        client = self.clients[number % len(self.clients)]
        self.office.world.clock.move(seconds=0.001)
        if kind == "tools/list":
            client.send_rpc("tools/list")
            return
        tool, arguments = self._calls()[kind](number)
        answer = client.call_tool(tool, **arguments)
        if answer.status != 200 or answer.document["result"].get("isError", False) != (kind == "refused"):
            raise RuntimeError(f"{tool}: {answer.status} {answer.document}")

    def _calls(self) -> Mapping[str, Callable[[int], tuple[str, dict[str, Any]]]]:
        one = self.dice.randint(1, 30)
        name = write_text(self.dice.randint(0, 100_000), 2)
        return {
            "get": lambda _: ("get_account", {"AccountCode": one}),
            "list": lambda _: (self.dice.choice(["list_accounts", "list_contacts", "list_notes", "list_tasks"]), {}),
            "search": lambda _: ("list_contacts", {"Search": write_text(one, 1)}),
            "update": lambda n: self.dice.choice(
                [
                    ("update_account", {"AccountCode": one, "City": f"City {n}"}),
                    ("update_contact", {"UserCode": self.first_contact + one, "Company": f"Company {n}"}),
                    ("update_note", {"NoteCode": one, "Subject": f"Subject {n}"}),
                    ("update_task", {"AppUserTaskCode": one, "Description": f"Number {n}"}),
                ]
            ),
            "create_note": lambda n: ("create_note", {"Body": write_text(n), "AccountCode": one}),
            "create_contact": lambda n: (
                "create_contact",
                {"Email": f"n{n}@orbital.example", "FirstName": "New", "LastName": name},
            ),
            "create_account": lambda n: ("create_account", {"Name": f"{name} {n}"}),
            "create_task": lambda _: ("create_task", {"Title": name}),
            "refused": lambda _: ("get_account", {"AccountCode": 999_999}),
        }


def measure_traffic(profiles: int, calls: int) -> Usage:
    """Sends so many calls of so many profiles, and gives what they used."""
    with contextlib.redirect_stdout(io.StringIO()):
        office = MeteredOffice()
        clients = list(_make_clients(office, profiles))  # before the handler knows the last code of a contact
        fill_office(office)
        traffic = Traffic(office, clients, random.Random(7), first_contact=1 + -(-profiles // PROFILES_OF_A_PERSON))
        office.database.usage = Usage()
        for number in range(calls):
            traffic.send(number)
        office.handler.close()
    return office.database.usage


def _make_clients(office: MeteredOffice, profiles: int) -> Iterator[WorldClient]:
    world = office.world
    person = office.person
    for n in range(profiles):
        if n % PROFILES_OF_A_PERSON == 0:
            person = world.create_person(f"Person{n}", "Doe", *SECURITY_GROUPS)
        profile = world.create_profile(f"Profile {n}", EVERYTHING)
        yield WorldClient(world, office.handler, world.log_in(profile, person))


def reckon_rates(units: Counter[Place], calls: int, rate: int, halves: int = 1) -> list[tuple[Place, float]]:
    """Gives the units a second of each partition at so many calls a second, the busiest first."""
    return [(place, found / halves * rate / calls) for place, found in units.most_common()]


def render_rates(title: str, rates: list[tuple[Place, float]], limit: int, rate: int) -> Iterator[str]:
    """Renders the busiest partitions as a table: units a second, and at how many calls a second each throttles."""
    yield f"| {title} | units/s at {rate:,} calls/s | throttles at calls/s |"
    yield "|---|---|---|"
    for place, units in rates[:SHOWN]:
        index = f", {place.index_name}" if place.index_name else ""
        yield f"| `{place.partition}` ({_table_word(place.table)}{index}) | {units:.0f} | {limit / units * rate:,.0f} |"


def _table_word(table: str) -> str:
    settings = Settings()
    words = {settings.gate_table: "gate", settings.audit_table: "log", settings.records_table: "records"}
    return words.get(table, "words")


def main() -> int:
    """Measures, prints both tables, and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=10_000, help="API Profiles (default 10,000)")
    parser.add_argument("--calls", type=int, default=10_000, help="calls that are measured (default 10,000)")
    parser.add_argument("--rate", type=int, default=1000, help="calls a second (default 1,000)")
    options = parser.parse_args()
    used = measure_traffic(options.profiles, options.calls)
    writes = reckon_rates(used.write_units, options.calls, options.rate)
    reads = reckon_rates(used.read_units, options.calls, options.rate, halves=2)
    print("\n".join(render_rates("writes", writes, WRITE_LIMIT, options.rate)), end="\n\n")
    print("\n".join(render_rates("reads", reads, READ_LIMIT, options.rate)))
    return 1 if writes[0][1] > WRITE_LIMIT or reads[0][1] > READ_LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
