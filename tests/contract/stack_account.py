"""Stacks in an account of MiniStack, and a shell whose commands look at them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from typer.testing import CliRunner

from affino_mcp import VERSION
from affino_mcp.cli.app import app
from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.local.tables import read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.stacks import FUNCTION_OUTPUTS, STACK_OUTPUTS
from scripts.build import LAMBDA_PYTHON

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
            Runtime=f"python{LAMBDA_PYTHON}",  # none of its versions is ever run
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


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
    return json.loads(done.stdout)
