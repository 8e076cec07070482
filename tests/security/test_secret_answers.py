"""Secrets in answers: what the catalogue marks is with its caller alone, in no row of any table, no line and no metric."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from affino_mcp import observability
from affino_mcp.audit.redact import WITHHELD_TEXT, redact_arguments
from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.method import IDEMPOTENCY_KEY
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.catalogue.secret_attributes import SECRET_ATTRIBUTES, withhold_secrets
from affino_mcp.gate.identity.person import Person
from affino_mcp.instance.builtin.engine.idempotency import remember_answer
from affino_mcp.instance.port import Call, Done, NoCallLog
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.testing.memory_files import MEMORY_URL
from tests.flow.media import Library, base64_of, codes, gif, png, sha256_of
from tests.security.figures import Figures
from tests.world import World, WorldClient

SIGNED_LIFETIME_MINUTES = 6


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def handler(world: World) -> Iterator[LambdaHandler]:
    made = world.new_handler()
    yield made
    made.close()


@pytest.fixture
def library(world: World, handler: LambdaHandler) -> Library:
    return Library(world, handler, world.create_profile())


def upload(item: int) -> dict[str, Any]:
    given = {"MediaFileItemCode": item, "FileName": "a.gif", "MimeType": "image/gif", "Size": len(gif())}
    return given | {"Sha256": sha256_of(gif())}


CALLS: dict[str, Callable[[int, int], dict[str, Any]]] = {
    "list_media_items": lambda _item, _file: {},
    "list_media_categories": lambda _item, _file: {},
    "get_media_item": lambda item, _file: {"MediaFileItemCode": item},
    "list_media_files": lambda item, _file: {"MediaFileItemCode": item},
    "get_media_file": lambda _item, file: {"MediaFileCode": file},
    "create_media_item": lambda _item, _file: {"Title": "Another"},
    "update_media_item": lambda item, _file: {"MediaFileItemCode": item, "Credit": "Edna"},
    "request_media_upload": lambda item, _file: upload(item),
    "attach_media_file": lambda item, _file: {
        "MediaFileItemCode": item,
        "FileName": "a.gif",
        "ContentBase64": base64_of(gif()),
    },
    "delete_media_file": lambda _item, file: {"MediaFileCode": file},
    "delete_media_item": lambda item, _file: {"MediaFileItemCode": item},
}
"""The arguments of every method of the families that answer secrets, for an item and its file."""

KEYED = [name for name in CALLS if IDEMPOTENCY_KEY in METHODS[name].all_arguments]
ANSWERS = [name for name, method in METHODS.items() if method.secret_returns]
MARKED = {f"{code}.{name}" for code, names in SECRET_ATTRIBUTES.items() for name in names} | {
    f"{name}.{key}" for name in ANSWERS for key in METHODS[name].secret_returns
}


def secrets_of(method: str, answer: Any) -> Iterator[tuple[str, str]]:
    """Each secret of an answer, by what the catalogue marks."""
    for key in METHODS[method].secret_returns:
        yield f"{method}.{key}", answer[key]
    yield from attributes_of(answer)


def attributes_of(answer: Any) -> Iterator[tuple[str, str]]:
    parts = answer if isinstance(answer, list) else answer.values() if isinstance(answer, dict) else ()
    for code, names in SECRET_ATTRIBUTES.items():
        if isinstance(answer, dict) and code in answer:
            yield from ((f"{code}.{name}", answer[name]) for name in names if answer.get(name))
    for part in parts:
        yield from attributes_of(part)


def texts(answer: Any) -> Iterator[str]:
    if isinstance(answer, str):
        yield answer
    for part in answer if isinstance(answer, list) else answer.values() if isinstance(answer, dict) else ():
        yield from texts(part)


def kept(world: World) -> str:
    """All rows of all five tables."""
    tables = (
        world.settings.gate_table,
        world.settings.audit_table,
        world.settings.records_table,
        world.settings.words_table,
        world.settings.credentials_table,
    )
    return repr([world.database.list_rows(table) for table in tables])


def prepared(library: Library, client: WorldClient, name: str) -> dict[str, Any]:
    """The arguments of a call, for an item of its own."""
    item = library.item(client)
    return CALLS[name](item, library.attach(item, png(), client)["MediaFileCode"])


@pytest.fixture
def client(library: Library) -> WorldClient:
    return library.client("Ada", "All", "Editors", "Publishers")


@pytest.fixture
def logger() -> None:
    """The logger of this process, made before a test captures its output: it writes to the output of that moment."""
    observability.process_logger()


def test_every_method_of_these_families_is_called() -> None:
    families = {Family.MEDIA_ITEMS, *(METHODS[name].family for name in ANSWERS)}
    marked = {family for family, record in RECORDS.items() if record.code in SECRET_ATTRIBUTES}
    assert marked == {"media_files"}, "the calls of another family that answers secrets belong into the table"
    assert set(CALLS) == {name for name, method in METHODS.items() if method.family in families}


@pytest.mark.usefixtures("logger")
def test_no_secret_of_an_answer_is_kept(
    world: World,
    library: Library,
    client: WorldClient,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    figures: Figures,
) -> None:
    found: list[tuple[str, str]] = []
    for name in CALLS:
        keys: list[dict[str, str]] = [{}, {"IdempotencyKey": name}] if name in KEYED else [{}]
        answers = [client.call_tool(name, **prepared(library, client, name), **key).result for key in keys]
        canaries = [canary for answer in answers for canary in secrets_of(name, answer)]
        signed = {text for answer in answers for text in texts(answer) if MEMORY_URL in text}
        assert signed <= {secret for _, secret in canaries}, "every signed address is marked"
        found += canaries
    asked = prepared(library, client, "get_media_file")
    world.watched.broken = {("put", world.settings.audit_table)}
    assert client.call_tool("get_media_file", **asked).status == 503
    world.watched.broken = set()
    assert {place for place, _ in found} == MARKED
    rows, logged = kept(world), repr([vars(line) for line in caplog.records]) + "".join(capfd.readouterr())
    parts = {part for _, secret in found for part in (secret, secret.rpartition("?")[2])}
    assert [part for part in parts if part in rows or part in logged] == []
    assert logged.count("attach_media_file") > 2
    assert "AuditRowLost" in logged, "a metric is among it"
    figures.record("secrets of answers", tried=len(found))


@pytest.mark.parametrize("name", KEYED)
def test_a_replay_gives_its_secrets_anew(world: World, library: Library, client: WorldClient, name: str) -> None:
    arguments = prepared(library, client, name) | {"IdempotencyKey": "once"}
    first = client.call_tool(name, **arguments).result
    world.clock.move(minutes=SIGNED_LIFETIME_MINUTES)
    again = client.call_tool(name, **arguments).result
    before, after = list(secrets_of(name, first)), list(secrets_of(name, again))
    assert [place for place, _ in before] == [place for place, _ in after]
    assert not set(before) & set(after)
    downloads = [secret for place, secret in after if place == "MediaFileCode.Url"]
    assert {world.files.answer_download(address).status for address in downloads} <= {200}
    if name in ANSWERS:
        assert codes(again) == codes(first)
        assert world.files.accept_upload(again["Url"], again["Headers"], gif()) == 200
    else:
        assert withhold_secrets(again) | {"Warnings": []} == withhold_secrets(first) | {"Warnings": []}
        assert "REPLAYED" in codes(again)


def test_a_replay_opens_nothing_that_is_closed_since(world: World, library: Library) -> None:
    """A file that was deleted, and an item that the person may no longer see, have no address any more."""
    item = library.item()
    arguments = CALLS["attach_media_file"](item, 0) | {"IdempotencyKey": "once"}
    file = library.editor.call_tool("attach_media_file", **arguments).result["MediaFile"]["MediaFileCode"]
    library.attach(item, png())
    library.editor.call_tool("delete_media_file", MediaFileCode=file)
    assert replayed(library.editor, arguments)["MediaFile"]["Url"] is None
    closed = library.item()
    arguments = CALLS["attach_media_file"](closed, 0) | {"IdempotencyKey": "twice"}
    library.editor.call_tool("attach_media_file", **arguments)
    library.publisher.call_tool("update_media_item", MediaFileItemCode=closed, SecurityCode=library.secret)
    assert [secret for _, secret in attributes_of(replayed(library.editor, arguments))] == []


def replayed(client: WorldClient, arguments: dict[str, Any]) -> dict[str, Any]:
    answer = client.call_tool("attach_media_file", **arguments).result
    assert codes(answer) == ["REPLAYED"]
    return answer


def test_an_answer_is_remembered_without_what_is_marked(world: World) -> None:
    """Whenever an answer gets its addresses: those of the files go, an attribute of the same name of others stays."""
    person = Person(1, "Edna Editor", "edna.editor@affino.example", ())
    call = Call(person, "profile", lambda _: True, world.clock(), "req-1", b"key", NoCallLog())
    files = [{"MediaFileCode": 1, "Url": "canary", "FileName": "a.gif"}]
    body = {"MediaItem": {"MediaFileItemCode": 1, "Files": files}, "Article": {"StandardItemCode": 1, "Url": "/spring"}}
    put = remember_answer("table", METHODS["update_media_item"], {IDEMPOTENCY_KEY.name: "k"}, call, Done(body))
    stored = json.loads(put.item["body"])
    assert stored["MediaItem"]["Files"] == [{"MediaFileCode": 1, "Url": None, "FileName": "a.gif"}]
    assert stored["Article"] == body["Article"]
    assert files[0]["Url"] == "canary", "the caller's answer is another"


def test_what_is_stored_is_never_marked() -> None:
    assert [field.name for record in RECORDS.values() for field in record.fields if field.secret] == []


SECRET_ARGUMENTS = sorted({field.name for m in METHODS.values() for field in m.all_arguments if field.secret})


@pytest.mark.parametrize("argument", SECRET_ARGUMENTS)
def test_a_secret_argument_is_withheld_from_the_row(argument: str) -> None:
    assert redact_arguments({argument: "canary"}, [argument]) == {argument: WITHHELD_TEXT}


def test_what_is_returned_as_a_secret_is_taken_as_one() -> None:
    assert {"UploadToken"} <= set(SECRET_ARGUMENTS)
    taken = {f.name for m in METHODS.values() for f in m.all_arguments}
    given = {name for method in METHODS.values() for name in method.secret_returns}
    assert given & taken <= set(SECRET_ARGUMENTS)
