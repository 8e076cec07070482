"""`affino-mcp stack check NAME` with stacks, functions, tables and secrets in MiniStack."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from affino_mcp import VERSION
from affino_mcp.cli.app import app
from affino_mcp.instance.builtin.engine.layout_rows import LAYOUT_KEY
from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.local.tables import read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.stacks import FUNCTION_OUTPUTS, KEPT_OUTPUTS, STACK_OUTPUTS
from scripts.deploy_local import emulator

REGION = "eu-west-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "MetricName": "m",
        "Namespace": "n",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "Period": 60,
        "Statistic": "Sum",
    },
}


@dataclass
class Account:
    """The account in MiniStack, and what was deployed into it."""

    client: Callable[[str], Any]
    role: str = ""
    stacks: dict[str, Settings] = field(default_factory=dict)

    def deploy(self, name: str, *, version: str = VERSION, old_versions: int = 0, **given: str) -> Settings:
        """Makes a stack with its tables, functions and one profile's secret; `given` are its parameters."""
        tables = {setting: f"{name}-{setting}" for setting in STACK_OUTPUTS if setting.endswith("_table")}
        settings = Settings(**tables, secrets_prefix=f"affino-mcp/{name}", digest_key="arn:aws:kms:r:1:key/k")
        for table in read_tables(TEMPLATE_FILE, settings):
            self.client("dynamodb").create_table(**table.create)
        self.client("secretsmanager").create_secret(Name=f"affino-mcp/{name}/profiles/K1", SecretString="s")
        outputs = {output: getattr(settings, setting) for setting, output in STACK_OUTPUTS.items()}
        outputs |= {
            output: self.make_function(f"{name}-{function}", 1 + old_versions)
            for function, output in FUNCTION_OUTPUTS.items()
        }
        self.create_stack(name, outputs | {"Version": version, "AlarmsTell": given.get("AlarmEmail", "nobody")}, given)
        return settings

    def create_stack(self, name: str, outputs: dict[str, str], given: dict[str, str]) -> None:
        parameters = {key: {"Type": "String", "Default": ""} for key in ("AlarmEmail", "AlarmTopicArn", *given)}
        document = {
            "Parameters": parameters,
            "Resources": {"One": ALARM, "Two": ALARM},
            "Outputs": {output: {"Value": value or "-"} for output, value in outputs.items()},
        }
        given_list = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
        formation = self.client("cloudformation")
        formation.create_stack(StackName=name, TemplateBody=json.dumps(document), Parameters=given_list)
        formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})

    def make_function(self, name: str, versions: int) -> str:
        """A function with so many published versions; gives the ARN of its alias, which is at the newest."""
        functions = self.client("lambda")
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("app.py", "def handler(event, context): return 1")
        code = {"ZipFile": archive.getvalue()}
        has_snapshot = {"ApplyOn": "PublishedVersions" if "McpEndpoint" in name else "None"}
        functions.create_function(
            FunctionName=name,
            Runtime=f"python{emulator.find_python_version()}",
            Role=self.role,
            Handler="app.handler",
            Code=code,
            MemorySize=1769,
            SnapStart=has_snapshot,
        )
        numbers = []
        for seconds in range(3, 3 + versions):
            functions.update_function_configuration(FunctionName=name, Timeout=seconds)
            numbers.append(functions.publish_version(FunctionName=name)["Version"])
        return str(functions.create_alias(FunctionName=name, Name="live", FunctionVersion=numbers[-1])["AliasArn"])


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with emulator.run_emulator(tmp_path_factory.mktemp("check"), REGION) as found:
        yield found


@pytest.fixture(scope="module")
def account(endpoint: str) -> Account:
    keys = {"aws_access_key_id": emulator.ACCOUNT_KEY, "aws_secret_access_key": emulator.ACCOUNT_KEY}
    made = Account(lambda kind: boto3.client(kind, region_name=REGION, endpoint_url=endpoint, **keys))
    role = made.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps(TRUST))
    made.role = role["Role"]["Arn"]
    return made


@pytest.fixture(autouse=True)
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
    assert "8 old versions of functions, $13." in seen(found, "old versions")
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
