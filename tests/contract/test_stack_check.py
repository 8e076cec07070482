"""`affino-mcp stack check NAME` with stacks, functions, tables and secrets in MiniStack."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from affino_mcp import VERSION
from affino_mcp.cli.app import app
from affino_mcp.instance.builtin.engine.layout_rows import LAYOUT_KEY
from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.local.tables import read_tables
from affino_mcp.store.stacks import FUNCTION_OUTPUTS, KEPT_OUTPUTS
from tests.contract.stack_account import Account, run

pytestmark = pytest.mark.usefixtures("shell")


def states(found: Any) -> dict[str, str]:
    """The state of everything that is not green, by name."""
    return {one["name"]: one["state"] for one in found["findings"] if one["state"] != "green"}


def seen(found: Any, name: str) -> str:
    return next(f"{one['seen']} / {one['fix']}" for one in found["findings"] if one["name"] == name)


def test_a_stack_of_this_version_is_green(account: Account) -> None:
    settings = account.deploy("sound", AlarmEmail="ops@orbital.example", RequestsPerSource="500")
    found = run("stack", "check", "sound")
    assert states(found) == {}
    assert seen(found, "alarms") == "they tell ops@orbital.example / "
    assert {one["what"]: (one["count"], one["dollars"]) for one in found["monthly_costs"]} == {
        "snapshots of versions that are called": (1, pytest.approx(6.83, abs=0.1)),
        "key of the API Log's digests": (1, 1.0),
        "secrets of API Profiles": (1, 0.4),
        "alarms (more for those of several metrics)": (2, 0.2),
    }
    assert found["kept"] == {f"Existing{name}": found["kept"][f"Existing{name}"] for name in KEPT_OUTPUTS}
    assert found["kept"]["ExistingGateTable"] == settings.gate_table
    assert f"ExistingSecretsPrefix={settings.secrets_prefix}" in found["parameter_overrides"].split(" ")


def test_what_a_person_reads(account: Account) -> None:
    account.deploy("read", old_versions=1)
    done = CliRunner().invoke(app, ["--stack", "read", "stack", "check"])
    assert done.exit_code == 0, done.stdout
    assert f"green  version: {VERSION}, as this command" in done.stdout
    assert "note   alarms: they tell nobody" in done.stdout
    assert "To do: aws lambda delete-function --function-name read-McpEndpoint --qualifier 1;" in done.stdout
    assert "--parameter-overrides ExistingGateTable=read-gate_table " in done.stdout


def test_old_versions_are_named_with_their_cost(account: Account) -> None:
    account.deploy("old", old_versions=2)
    found = run("stack", "check", "old")
    assert states(found) == {"old versions": "note", "alarms": "note"}
    assert f"{2 * len(FUNCTION_OUTPUTS)} old versions of functions, $13." in seen(found, "old versions")
    costs = {one["what"]: one["count"] for one in found["monthly_costs"]}
    assert costs["snapshots of old versions"] == 2


def test_another_version_is_red(account: Account) -> None:
    account.deploy("before", version="0.0.9")
    found = run("stack", "check", "before", code=1)
    assert states(found)["version"] == "red"
    assert f"the stack runs 0.0.9, this command is {VERSION}" in seen(found, "version")


def test_tables_of_other_keys_and_a_due_reindex_are_red(account: Account) -> None:
    settings = account.deploy("moved")
    tables = account.client("dynamodb")
    for name in (settings.words_table, settings.audit_table, settings.credentials_table):
        tables.delete_table(TableName=name)
    wanted = {table.name: dict(table.create) for table in read_tables(TEMPLATE_FILE, settings)}
    audit = wanted[settings.audit_table]
    whole = [each | {"Projection": {"ProjectionType": "ALL"}} for each in audit["GlobalSecondaryIndexes"]]
    tables.create_table(**audit | {"GlobalSecondaryIndexes": whole})
    other = {"AttributeName": "other", "KeyType": "HASH"}
    tables.create_table(
        TableName=settings.words_table,
        KeySchema=[other],
        AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key = {name: {"S": value} for name, value in LAYOUT_KEY._asdict().items()}
    tables.put_item(TableName=settings.records_table, Item=key | {"layout": {"N": "1"}})
    found = run("stack", "check", "moved", code=1)
    assert seen(found, f"table {settings.words_table}").startswith("its keys or local indexes differ / Do not deploy")
    assert seen(found, f"table {settings.audit_table}") == "its global indexes differ / Deploy this version."
    assert seen(found, f"table {settings.credentials_table}").startswith("it does not exist")
    assert "affino-mcp reindex" in seen(found, "layout of the records' rows")


def test_what_the_credentials_may_not_see_is_said(account: Account, shell: pytest.MonkeyPatch) -> None:
    account.deploy("hidden")
    people = account.client("iam")
    people.create_user(UserName="half")
    allowed = ["cloudformation:*", "sts:*", "dynamodb:*"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allowed, "Resource": "*"}]}
    people.put_user_policy(UserName="half", PolicyName="half", PolicyDocument=json.dumps(policy))
    key = people.create_access_key(UserName="half")["AccessKey"]
    shell.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    shell.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    found = run("stack", "check", "hidden", code=1)
    unseen = {name for name, state in states(found).items() if state == "red"}
    assert unseen == {"secrets", *[f"versions of {function}" for function in FUNCTION_OUTPUTS]}
    assert "AccessDenied" in seen(found, "secrets")


def test_a_stack_that_is_not_there() -> None:
    assert run("stack", "check", "nowhere", code=1)["error"]["type"] == "no_stack"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["stack", "check"], id="no name"),
        pytest.param(["--stack", "one", "stack", "check", "two"], id="two names"),
        pytest.param(["--connection", "file", "stack", "check", "one"], id="a local service"),
    ],
)
def test_a_command_that_names_no_stack(words: list[str]) -> None:
    assert CliRunner().invoke(app, words).exit_code == 2
