"""`affino-mcp --stack NAME` with a stack in MiniStack's CloudFormation, with IAM enforced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from affino_mcp.cli.app import app
from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.local.tables import read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.stacks import STACK_OUTPUTS
from scripts.deploy_local import emulator

REGION = "eu-west-1"
OURS = "affino-mcp-orbital"
SETTINGS = Settings(
    instance="orbital", gate_table="orbital-gate", audit_table="orbital-audit", secrets_prefix="orbital"
)


def stack_of(outputs: dict[str, str]) -> str:
    """Gives a template with these outputs."""
    wait = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"b-{len(outputs)}"}}
    return json.dumps({"Resources": {"It": wait}, "Outputs": {name: {"Value": v} for name, v in outputs.items()}})


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """MiniStack with three stacks: one of this service, with its tables, one of an older version, and a foreign one."""
    with emulator.run_emulator(tmp_path_factory.mktemp("stack"), REGION) as found:
        api = {"McpUrl": "https://api1.execute-api.eu-west-1.amazonaws.com/live/mcp"}
        api |= {"LoginUrl": "https://api1.execute-api.eu-west-1.amazonaws.com/live/rest/orbital/login"}
        outputs = {output: getattr(SETTINGS, field) for field, output in STACK_OUTPUTS.items()} | api
        keys = {"aws_access_key_id": emulator.ACCOUNT_KEY, "aws_secret_access_key": emulator.ACCOUNT_KEY}

        def client(kind: str) -> Any:
            return boto3.client(kind, region_name=REGION, endpoint_url=found, **keys)

        before = {output: value for output, value in outputs.items() if output != "WordsTable"}
        for name, has in ((OURS, outputs), ("of-before", before), ("somebody-elses", {"Url": "https://x.example"})):
            client("cloudformation").create_stack(StackName=name, TemplateBody=stack_of(has))
            client("cloudformation").get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        for table in read_tables(TEMPLATE_FILE, SETTINGS):
            client("dynamodb").create_table(**table.create)
        yield found


@pytest.fixture
def shell(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A shell with the account owner's credentials, and no configuration of this machine's."""
    for name, value in emulator.aws_variables(endpoint, REGION).items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return monkeypatch


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
    return json.loads(done.stdout)


@pytest.mark.usefixtures("shell")
def test_the_whole_of_an_operators_work_on_a_stack() -> None:
    made = run("--stack", OURS, "profile", "create", "--name", "Newsroom", "--family", "articles=read")
    assert [one["key"] for one in run("--stack", OURS, "profile", "list")] == [made["key"]]
    assert run("--stack", OURS, "profile", "disable", "Newsroom")["enabled"] is False
    jane = run("--stack", OURS, "person", "invite", "--name", "Jane Doe", "--email", "jane@orbital.example")
    assert run("--stack", OURS, "session", "list", "jane@orbital.example") == []
    assert run("--stack", OURS, "person", "disable", str(jane["user_code"]))["active"] is False
    told = run("--stack", OURS, "log")
    assert [(one["method"], one["outcome"]) for one in told] == [
        ("disable_person", "ok"),
        ("invite_person", "ok"),
        ("invite_person", "begun"),
        ("disable_profile", "ok"),
        ("create_profile", "ok"),
        ("create_profile", "begun"),
    ]
    assert all(one["person"].startswith("arn:aws:") for one in told)


@pytest.mark.usefixtures("shell")
def test_the_doctor_sees_tables_secrets_and_who_asks() -> None:
    done = CliRunner().invoke(app, ["--stack", OURS, "doctor", "--json"])
    found = {one["name"]: one for one in json.loads(done.stdout)}
    assert all(one["ok"] for name, one in found.items() if name in {"secrets", "IAM"} or name.startswith("table"))
    assert found["IAM"]["seen"].startswith("arn:aws:")
    assert done.exit_code == 1  # there is no API behind the outputs


@pytest.mark.usefixtures("shell")
def test_clients_are_told_the_stacks_own_address(endpoint: str) -> None:
    found = run("--stack", OURS, "connect", "claude-code")
    assert f"{endpoint}/restapis/api1/live/_user_request_/mcp" in found["text"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere", "There is no stack nowhere"),
        ("of-before", "deploy this version as a stack of another name"),
        ("somebody-elses", "is not an Affino MCP service"),
    ],
)
@pytest.mark.usefixtures("shell")
def test_a_stack_that_is_not_there_or_not_ours(name: str, says: str) -> None:
    found = run("--stack", name, "profile", "list", code=1)["error"]
    assert found["type"] == "no_stack"
    assert says in found["message"]


def test_without_credentials(shell: pytest.MonkeyPatch) -> None:
    shell.delenv("AWS_ACCESS_KEY_ID")
    shell.delenv("AWS_SECRET_ACCESS_KEY")
    assert "AWS credentials" in run("--stack", OURS, "log", code=1)["error"]["message"]


def test_connection_and_stack_at_once() -> None:
    assert CliRunner().invoke(app, ["--stack", "a", "--connection", "b", "log"]).exit_code == 2
