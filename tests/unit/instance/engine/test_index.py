"""Index rows, unique values and counts: after any changes they are exactly those of the records."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import DEFAULT_GROUPS
from affino_mcp.instance.builtin.engine.index import index_rows
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.unique_values import unique_key
from affino_mcp.instance.builtin.engine.word_index import word_rows
from affino_mcp.instance.builtin.instance import BuiltinInstance
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.instance.port import Call, NoCallLog
from affino_mcp.store.ops import Item, Key
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.tool_errors import ToolError

TABLE = "records"
WORDS = "words"
SAM = DEFAULT_GROUPS.grant(Person(1, "Sam Manager", "sam@affino.example", tuple(SECURITY_GROUPS)))
TEXTS = st.sampled_from([None, "Leeds", "Zoë Ltd", "York and Leeds", "x" * 60])
CODES = st.integers(1, 4)
TOPICS = st.none() | st.lists(st.integers(1, 3), max_size=3)
CALLS = st.one_of(
    st.tuples(st.just("create_account"), st.fixed_dictionaries({"Name": TEXTS}, optional={
        "ParentCode": CODES, "TopicCodes": TOPICS, "PrimaryContactCode": CODES, "ExternalID": TEXTS})),
    st.tuples(st.just("update_account"), st.fixed_dictionaries({"AccountCode": CODES}, optional={
        "Name": TEXTS, "ParentCode": st.none() | CODES, "TopicCodes": TOPICS, "IndustryCode": st.none() | CODES,
        "PrimaryContactCode": st.none() | CODES, "ExternalID": TEXTS, "AccountManagerCode": st.none() | CODES})),
    st.tuples(st.just("delete_account"), st.fixed_dictionaries({"AccountCode": CODES})),
    st.tuples(st.just("create_contact"), st.fixed_dictionaries(
        {"Email": st.sampled_from(["a@o.example", "b@o.example", "c@o.example"]), "FirstName": TEXTS, "LastName": TEXTS},
        optional={"AccountCode": CODES})),
    st.tuples(st.just("update_contact"), st.fixed_dictionaries({"UserCode": CODES}, optional={
        "Email": st.sampled_from(["a@o.example", "b@o.example"]), "Company": TEXTS, "TopicCodes": TOPICS})),
    st.tuples(st.just("delete_contact"), st.fixed_dictionaries({"UserCode": CODES})),
    st.tuples(st.just("link_contact_to_account"), st.fixed_dictionaries(
        {"UserCode": CODES, "AccountCode": CODES, "Primary": st.booleans()})),
    st.tuples(st.just("unlink_contact_from_account"), st.fixed_dictionaries({"UserCode": CODES, "AccountCode": CODES})),
    st.tuples(st.just("grant_contact_permission"), st.fixed_dictionaries({"UserCode": CODES, "PermissionCode": CODES})),
    st.tuples(st.just("revoke_contact_permission"), st.fixed_dictionaries({"UserCode": CODES, "PermissionCode": CODES})),
    st.tuples(st.just("create_task"), st.fixed_dictionaries({"Title": TEXTS}, optional={"UserCode": CODES})),
    st.tuples(st.just("update_task"), st.fixed_dictionaries({"AppUserTaskCode": CODES}, optional={
        "Status": st.sampled_from(["pending", "completed"]), "DueDate": st.sampled_from([None, "2026-12-24"])})),
    st.tuples(st.just("delete_task"), st.fixed_dictionaries({"AppUserTaskCode": CODES})),
    st.tuples(st.just("create_note"), st.fixed_dictionaries({"Body": TEXTS, "AccountCode": CODES})),
    st.tuples(st.just("update_note"), st.fixed_dictionaries({"NoteCode": CODES, "Subject": TEXTS})),
    st.tuples(st.just("delete_note"), st.fixed_dictionaries({"NoteCode": CODES})),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(CALLS, min_size=5, max_size=25))
def test_after_any_changes_the_index_is_what_the_records_call_for(calls: list[tuple[str, dict[str, Any]]]) -> None:
    database = MemoryDatabase()
    instance, at = BuiltinInstance(database, TABLE, WORDS), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    for tool, arguments in calls:
        at += timedelta(seconds=1)
        call = Call(SAM, "p", lambda _: True, at, "", b"k", NoCallLog())
        try:
            instance.perform(METHODS[tool], match_arguments(METHODS[tool], arguments).values, call)
        except ToolError:
            continue
    found = {Key(row["pk"], row["sk"]): row for table in (TABLE, WORDS) for row in database.list_rows(table)}
    expected, counts = _called_for(instance.records, found)
    assert {key: row for key, row in found.items() if key.pk[:2] in ("F#", "W#", "U#")} == expected
    assert {key.pk: _counted(row) for key, row in found.items() if key.pk[:2] == "C#" and _counted(row)} == counts


def _counted(row: Item) -> dict[str, int]:
    return {name: value for name, value in row.items() if name not in ("pk", "sk") and value}


def _called_for(records: Records, found: dict[Key, Item]) -> tuple[dict[Key, Item], dict[str, dict[str, int]]]:
    expected, counts = dict[Key, Item](), Counter[tuple[str, str]]()
    for key in found:
        family, _, code = key.pk.partition("#")
        if key.sk != "A" or family not in FACETS or not code.isdigit():
            continue
        stored = records.load_record(family, int(code))
        if stored is None:
            continue
        facets = FACETS[family](stored)
        expected |= index_rows(stored.document, facets) | word_rows(stored.document, facets)
        counts.update((f"C#{ref}", family) for ref in facets.counted)
        for name in stored.document.record.unique:
            if value := stored.document.values.get(name):
                place = unique_key(family, name, value)
                expected[place] = {"pk": place.pk, "sk": place.sk, "code": stored.document.code, "argument": name}
    nested: dict[str, dict[str, int]] = {}
    for (pk, family), number in counts.items():
        nested.setdefault(pk, {})[family] = number
    return expected, nested
