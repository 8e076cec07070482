"""A profile with confirmation, used by real clients: a modern client shows our form, an older one is to ask itself."""

from collections.abc import Callable
from typing import Any

import fastmcp
import pytest
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StreamableHttpTransport

from tests.clients.agent import Agent, Target, ToolFailed
from tests.clients.python_agents import Mode, admitted, invoke, structured
from tests.clients.service import Service, call, result_of


@pytest.fixture(scope="module")
def careful(service: Service) -> Target:
    """A profile that may read and write notes, with the person's confirmation."""
    target = service.profile("notes=read,write", "accounts=read,write")
    service.command("profile", "set", target.headers["X-API-Key"], "--confirm", "on")
    return target


@pytest.fixture
def note(careful: Target) -> int:
    account = result_of(call(careful, "list_accounts", {"PageSize": 1}))["Items"][0]["AccountCode"]
    made = result_of(call(careful, "create_note", {"Subject": "Old", "Body": "Old", "AccountCode": account}))
    code: int = made["Note"]["NoteCode"]
    return code


class Person:
    """A person who answers the forms; records the forms shown."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.shown = answer, list[str]()

    async def __call__(self, message: str, *_: Any) -> Any:
        self.shown.append(message)
        return self.answer


def delete(target: Target, person: Person, mode: Mode, code: int, **more: Any) -> dict[str, Any]:
    """Deletes a note by FastMCP's client, whose forms this person answers."""

    async def work() -> dict[str, Any]:
        transport = StreamableHttpTransport(target.url, headers=dict(target.headers))
        async with fastmcp.Client(transport, mode=mode, elicitation_handler=person) as client:
            return structured(await invoke(client, "delete_note", {"NoteCode": code, **more}))

    return admitted(work())


def is_there(target: Target, code: int) -> bool:
    return "error" not in result_of(call(target, "get_note", {"NoteCode": code}))


def row(service: Service) -> dict[str, Any]:
    """The latest row of a delete_note."""
    found: dict[str, Any] = service.command("log", "--method", "delete_note", "--limit", "1")[0]
    return found


def test_no_client_deletes_without_its_persons_word(agent: Agent, service: Service, careful: Target, note: int) -> None:
    """Claude Code shows forms, and declines them without a user: then the argument Confirm does not help its model."""
    declines = agent.client == "claude-code"
    with pytest.raises(ToolFailed, match="not_confirmed" if declines else "confirmation_required"):
        agent.call(careful, "delete_note", {"NoteCode": note})
    assert is_there(careful, note)
    said = {"NoteCode": note, "Confirm": True}
    if declines:
        with pytest.raises(ToolFailed, match="not_confirmed"):
            agent.call(careful, "delete_note", said)
    else:
        assert agent.call(careful, "delete_note", said)["Deleted"] is True
    assert (is_there(careful, note), row(service)["confirmed"]) == (declines, "" if declines else "by argument")


def test_a_person_who_accepts_is_obeyed(service: Service, careful: Target, note: int) -> None:
    person = Person({"confirm": True})
    assert delete(careful, person, "auto", note)["Deleted"] is True
    assert ("delete_note" in person.shown[0], f"note {note} 'Old'" in person.shown[0]) == (True, True)
    assert (len(person.shown), is_there(careful, note)) == (1, False)
    assert (row(service)["status"], row(service)["confirmed"]) == (200, "by form")


ANSWERS: dict[str, Callable[[], Any]] = {
    "decline": lambda: ElicitResult(action="decline"),
    "cancel": lambda: ElicitResult(action="cancel"),
    "no": lambda: {"confirm": False},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_a_person_who_does_not_is_obeyed_too(
    service: Service, careful: Target, note: int, answer: Callable[[], Any]
) -> None:
    person = Person(answer())
    with pytest.raises(ToolFailed, match="not_confirmed"):
        delete(careful, person, "auto", note, Confirm=True)
    assert (len(person.shown), is_there(careful, note)) == (1, True)
    assert (row(service)["status"], row(service)["confirmed"]) == (403, "")


def test_an_older_client_asks_in_its_own_words(service: Service, careful: Target, note: int) -> None:
    person = Person({"confirm": True})
    with pytest.raises(ToolFailed, match="call again with Confirm: true"):
        delete(careful, person, "legacy", note)
    assert is_there(careful, note)
    assert delete(careful, person, "legacy", note, Confirm=True)["Deleted"] is True
    assert (person.shown, row(service)["confirmed"]) == ([], "by argument")
