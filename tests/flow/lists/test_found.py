"""Every record is found by what is stored in it: telephones in any writing, further addresses, names in twelve scripts."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.listing.word_search import fits_search
from affino_mcp.plain_text import plain
from tests.flow import crm, market
from tests.world import WorldClient

SCRIPTS = {
    "latin": "abcdeghijklmoprstuvzßæøłđþı", "greek": "αβγδεζηθικλμνξοπρστυφω", "cyrillic": "абвгдежзийклмнопрсїґ",
    "arabic": "ابتثجحدرسشعغفقكلمنوي", "hebrew": "אבגדהוזחטילמנסעפקרשת", "devanagari": "कखगचजतदनपबमरलसह",
    "han": "北京市朝阳区科技有限公司東海林",
    "kana": "あいうえかきくけさしすせサントリーカナ", "hangul": "김이박최정강조윤장임한오서신", "thai": "กขคงจชดตทนบปพมยรลวส",
    "khmer": "កខគឃងចឆជដតទនបមយរល", "myanmar": "ကခဂငစဆဇညတထဒနပဖ",
}  # fmt: skip
UNSPACED = ("han", "kana", "hangul", "thai", "khmer", "myanmar")
MARKS = {"latin": "\u0301\u0308\u030c", "greek": "\u0301", "arabic": "\u064e\u0651", "hebrew": "\u05b8\u05bc"}
NUMBERS = count(1)


@pytest.fixture(scope="module")
def client() -> Iterator[WorldClient]:
    """A person in a world of this module's own."""
    with market.at_work("Sales Managers") as found:
        yield found


def found(client: WorldClient, search: str, tool: str = "list_contacts") -> list[int]:
    """The codes of what a search finds, on its first page."""
    client.world.clock.move(seconds=0.05)
    return [next(iter(row.values())) for row in client.call_tool(tool, Search=search, PageSize=100).result["Items"]]


def marked(script: str, name: str) -> str:
    """The name with a mark on its second letter, where the script has marks; composed as it is stored."""
    mark = MARKS.get(script, "")[:1]
    return unicodedata.normalize("NFC", name[:2] + mark + name[2:])


def spellings(script: str, name: str) -> list[str]:
    """What a name is found by: spellings with and without marks, and parts of it."""
    every = [name, marked(script, name), name.upper(), plain(name), marked(script, name.upper())]
    return [*every, *((name[1:4], name[2:4], name[-2:]) if script in UNSPACED else (name[:3],))]


def writings(country: str, area: str, local: str) -> list[str]:
    """The ways in which people write one telephone number."""
    middle = len(local) // 2
    spaced = f"{local[:middle]} {local[middle:]}"
    return [
        f"+{country} (0){area} {spaced}", f"+{country}{area}{local}", f"00{country} {area} {spaced}", f"0{area}-{local}",
        f"(0{area}) {spaced}", f"{area}{local}", f"+{country} {area}/{local}",
    ]  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
def test_names_of_every_script_are_found(client: WorldClient, script: str) -> None:
    letters = random.Random(script)
    first, last = ("".join(letters.choices(SCRIPTS[script], k=letters.randint(5, 9))) for _ in range(2))
    home = f"home{next(NUMBERS)}@second{next(NUMBERS)}.example"
    names = {"FirstName": marked(script, first), "LastName": last, "SecondaryEmail": home}
    code = crm.contact(client, f"p{next(NUMBERS)}", **names)
    asked = [*spellings(script, first), *spellings(script, last), f"{last} {first}", home, home.partition("@")[2]]
    assert [search for search in asked if code not in found(client, search)] == []
    client.call_tool("update_contact", UserCode=code, FirstName="Xq", LastName="Xq", SecondaryEmail=None)
    asked = [first, last, home, first[1:4]]
    assert [search for search in asked if code in found(client, search)] == []


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_spellings_and_parts_fit_their_records(data: st.DataObject) -> None:
    script = data.draw(st.sampled_from(sorted(SCRIPTS)))
    name = st.text(alphabet=SCRIPTS[script], min_size=5, max_size=12)
    values = {"FirstName": data.draw(name), "LastName": data.draw(name), "SecondaryEmail": "home@second.example"}
    stored = Document("contacts", 1, 1, {**values, "LastName": marked(script, values["LastName"])}, {})
    asked = [spelling for part in ("FirstName", "LastName") for spelling in spellings(script, values[part])]
    asked += [values["SecondaryEmail"], f"{values['LastName']} second"]
    assert [search for search in asked if not fits_search(stored, {"Search": search})] == []


NUMBERS_WRITTEN = st.builds(
    writings,
    st.sampled_from(["44", "1", "49", "353", "91"]),
    st.integers(20, 99).map(str),
    st.integers(1_000_000, 99_999_999).map(str),
)


@settings(deadline=None, max_examples=40)
@given(NUMBERS_WRITTEN, st.integers(0, 6), st.sampled_from(CONTACT.phones))
def test_every_writing_of_a_telephone_fits_its_record(every: list[str], stored: int, field: str) -> None:
    document = Document("contacts", 1, 1, {field: every[stored]}, {})
    assert [search for search in every if not fits_search(document, {"Search": search})] == []


@pytest.mark.parametrize("stored", range(7))
def test_telephones_are_found_in_every_writing(client: WorldClient, stored: int) -> None:
    area, local, field = str(30 + stored), f"79460{stored}5", CONTACT.phones[stored % 3]
    every = writings("44", area, local)
    code = crm.contact(client, f"p{next(NUMBERS)}", **{field: every[stored]})
    account = crm.account(client, f"a{next(NUMBERS)}", Telephone=every[stored])
    asked = [*every, local]
    assert [search for search in asked if code not in found(client, search)] == []
    assert [search for search in asked if account not in found(client, search, "list_accounts")] == []
    client.call_tool("update_contact", UserCode=code, **{field: None})
    assert [search for search in asked if code in found(client, search)] == []


def test_a_number_is_found_by_its_groups_and_beside_a_name(client: WorldClient) -> None:
    phones = {"Telephone": "+44 (0)20 7946 0958", "Mobile": "07700 900123", "BusinessPhone": "+442079460111"}
    code = crm.contact(client, "Quentin", **phones)
    for search in ("7946 0958", "7946", "0958", "020 7946", "+44 20 7946", "79460958", "900123", "0111", "7946 0111"):
        assert code in found(client, search), search
    assert found(client, "Quentin 07700 900123") == found(client, "+44 7700 900123 quentin") == [code]
    assert found(client, "Quentin 07700 900124") == []


def test_what_is_stored_in_digits_is_found_as_words_too(client: WorldClient) -> None:
    code = crm.account(client, "Studio 54 1977", ExternalID="2026-1000-77")
    for search in ("54 1977", "studio 1977", "2026-1000-77", "1000 2026"):
        assert found(client, search, "list_accounts") == [code], search


def test_deals_are_found_by_the_names_of_their_accounts(client: WorldClient) -> None:
    one, other = crm.account(client, "Quasar Łódź", City="Winchester"), crm.account(client, "Quasar Two")
    deals = [crm.opportunity(client, one, title, Value=10) for title in ("Renewal", "Expansion")]
    deals.append(crm.opportunity(client, other, "Expansion", Value=5))

    def asked(search: str, **filters: object) -> tuple[list[int], object]:
        answer = client.call_tool("list_opportunities", Search=search, PageSize=1, **filters).result
        return found(client, search, "list_opportunities"), (answer["TotalRecords"], answer["TotalValue"])

    assert asked("quasar") == (deals, (3, 25))
    assert asked("lodz") == (deals[:2], (2, 20))
    assert asked("lodz expansion") == asked("expans quasar łódź") == (deals[1:2], (1, 10))
    assert asked("winchester")[0] == []
    answer = client.call_tool("list_opportunities", Search="quasar", AccountCode=other).result
    assert [row["OpportunityCode"] for row in answer["Items"]] == deals[2:]
    client.call_tool("update_account", AccountCode=one, Name="Pulsar")
    assert asked("lodz")[0] == []
    assert asked("pulsar")[0] == deals[:2]


TEXTS = {
    "list_notes": ("create_note", {"Body": "He said: Zaragoza is 便利な場所 to meet"}),
    "list_tasks": ("create_task", {"Title": "Call", "Memo": "about Zaragoza and 便利な場所"}),
}


@pytest.mark.parametrize("tool", TEXTS)
def test_notes_and_tasks_are_found_by_their_texts(client: WorldClient, tool: str) -> None:
    account, (create, given_) = crm.account(client), TEXTS[tool]
    client.call_tool(create, **given_, AccountCode=account).result  # noqa: B018
    assert len(found(client, "zaragoza", tool)) == len(found(client, "利な場", tool)) == 1
