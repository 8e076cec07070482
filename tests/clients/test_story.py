"""The story of Orbital Labs carried out by a real agent program, and its rows in the API Log."""

from typing import Any

import pytest

from tests.clients.claude_agent import ClaudeAgent
from tests.clients.installed import NodeClients
from tests.clients.scripted_model import Results
from tests.clients.service import Service

ORBITAL = {"Name": "Orbital Labs", "IndustryCode": "Technology", "AccountTypeCode": "Prospect"}
JANE = {"FirstName": "Jane", "LastName": "Doe"}


def create_account(_: Results) -> tuple[str, dict[str, Any]]:
    """The step that makes the account Orbital Labs, a prospect in technology."""
    return "create_account", ORBITAL


def create_contact(results: Results) -> tuple[str, dict[str, Any]]:
    """The step that makes the contact Jane Doe at that account; her e-mail address is new in every run."""
    account = results[0]["Account"]["AccountCode"]
    return "create_contact", {**JANE, "Email": f"jane.doe.{account}@orbital.example", "AccountCode": account}


def make_primary(results: Results) -> tuple[str, dict[str, Any]]:
    """The step that makes Jane the account's primary contact."""
    account, contact = results[0]["Account"], results[1]["Contact"]
    return "update_account", {"AccountCode": account["AccountCode"], "PrimaryContactCode": contact["UserCode"]}


def list_three(_: Results) -> tuple[str, dict[str, Any]]:
    """The step that lists three accounts."""
    return "list_accounts", {"PageSize": 3}


STORY = [create_account, create_contact, make_primary, list_three]
METHODS = ["create_account", "create_contact", "update_account", "list_accounts"]


@pytest.fixture(scope="module")
def told(service: Service, programs: NodeClients, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The four results of the story, which Claude Code plays once."""
    return ClaudeAgent(programs, tmp_path_factory.mktemp("home")).play(service.target, STORY)


def test_the_agent_makes_the_account_with_its_primary_contact(told: list[dict[str, Any]]) -> None:
    account, contact, updated, page = told
    assert account["Account"]["Name"] == "Orbital Labs"
    assert account["Account"]["Industry"]["Name"] == "Technology"
    assert account["Account"]["AccountType"]["Name"] == "Prospect"
    assert updated["Account"]["PrimaryContact"] == {"UserCode": contact["Contact"]["UserCode"], "Name": "Jane Doe"}
    assert len(page["Items"]) == 3


def test_the_log_names_profile_and_person_of_each_call(told: list[dict[str, Any]], service: Service) -> None:
    person = service.person("sales_manager")
    rows = service.command("log", "--profile", "all", "--person", str(person), "--since", "10m", "--limit", "4")
    calls = [(row["method"], row["status"], row["client_name"]) for row in reversed(rows)]
    assert calls == [(method, 200, "claude-code") for method in METHODS]
    assert {(row["profile"], row["person_code"]) for row in rows} == {("all", person)}
