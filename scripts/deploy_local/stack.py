"""Adapts the built template to the emulator, and deploys and deletes the stack by the SAM CLI."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import httpx

from scripts.build import LAMBDA_PYTHON, ROOT, SAM, Build, sam_environment
from scripts.deploy_local.emulator import ACCOUNT_KEY, aws_variables
from scripts.expand import Template, load_template, resources_of_type

STACK_NAME = "affino-mcp-local"
INSTANCE_NAME = "demo"
REFUSED_TYPES = frozenset(Path(__file__).with_name("refused-types.txt").read_text().split())
"""Resource types that MiniStack does not know; all others of the template are deployed unchanged."""


def strip_refused(template: Template) -> Template:
    """The template without the refused types. Raises ValueError when the template has none of one, so the list is old."""
    resources = template["Resources"]
    kept = {name: resource for name, resource in resources.items() if resource["Type"] not in REFUSED_TYPES}
    stripped = {resource["Type"] for name, resource in resources.items() if name not in kept}
    if stripped != REFUSED_TYPES:
        raise ValueError(
            f"refused-types.txt lists {sorted(REFUSED_TYPES - stripped)}, which the template does not have"
        )
    return {**template, "Resources": kept}


def drop_unknown_conditions(template: Template) -> Template:
    """The template without the conditions that a request has DynamoDB's keys, which no request has in MiniStack.

    There, conditions on all values of those keys hold for every row: it shows nothing of which rows a role may use.
    """
    for statement in _list_statements(template):
        required = statement.get("Condition", {}).pop("Null", {})
        if kept := {key: value for key, value in required.items() if not key.startswith("dynamodb:")}:
            statement["Condition"]["Null"] = kept
    return template


def watch_first_metrics(template: Template) -> Template:
    """The template with alarms that watch the first of their metrics alone: MiniStack adds none up."""
    for alarm in resources_of_type(template, "AWS::CloudWatch::Alarm").values():
        watched = [one["MetricStat"] for one in alarm["Properties"].pop("Metrics", []) if "MetricStat" in one]
        for first in watched[:1]:
            alarm["Properties"] |= {**first["Metric"], "Period": first["Period"], "Statistic": first["Stat"]}
    return template


FIRST_SNAPSHOT_MINOR: Final = 12
"""Lambda makes snapshots of functions in Python 3.12 and later ("Improving startup performance with Lambda SnapStart")."""


def _list_statements(template: Template) -> Iterator[Template]:
    """The statements of the roles, of those too that a condition of the template adds."""
    for role in resources_of_type(template, "AWS::IAM::Role").values():
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield from statement["Fn::If"][1:2] if "Fn::If" in statement else (statement,)


def set_runtime(template: Template, version: str) -> Template:
    """The template with this Python version in place of Lambda's, without snapshots where that has none."""
    wanted = f'"python{version}"'
    changed: Template = json.loads(json.dumps(template).replace(f'"python{LAMBDA_PYTHON}"', wanted))
    if int(version.partition(".")[2]) < FIRST_SNAPSHOT_MINOR:
        for kind in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
            for function in resources_of_type(changed, kind).values():
                function["Properties"].pop("SnapStart", None)
    return changed


def write_local_template(built: Build) -> Path:
    """Writes the emulator's template beside the built one, whose paths are relative; gives the path of the file."""
    path = built.folder / "local.json"
    template = watch_first_metrics(drop_unknown_conditions(strip_refused(load_template(built.template_file))))
    path.write_text(json.dumps(set_runtime(template, built.version), indent=1))
    return path


@dataclass(frozen=True)
class Stack:
    """A stack of this name in the emulator at this address."""

    endpoint: str
    region: str
    name: str = STACK_NAME

    def make_client(self, service: str, **keys: str) -> Any:
        """An AWS client of this service; without keys, of the root account."""
        owner = {"aws_access_key_id": ACCOUNT_KEY, "aws_secret_access_key": ACCOUNT_KEY}
        return boto3.client(service, endpoint_url=self.endpoint, region_name=self.region, **(keys or owner))

    def deploy(self, template: Path, **parameters: str) -> str:
        """Runs `sam deploy` with these parameters too; gives its output. Raises RuntimeError with its end when it fails."""
        given = {"InstanceName": INSTANCE_NAME, "AwsEndpoint": self.endpoint, **parameters}
        choices = ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar", "--resolve-s3"]
        return self._run_sam(
            *("deploy", "--template-file", str(template), "--config-file", str(ROOT / "samconfig.toml")),
            *(
                "--stack-name",
                self.name,
                "--parameter-overrides",
                " ".join(f'{name}="{value}"' if " " in value else f"{name}={value}" for name, value in given.items()),
                "--capabilities",
                "CAPABILITY_IAM",
                *choices,
            ),
        )

    def delete(self) -> str:
        """Runs `sam delete`; gives and raises as `deploy` does."""
        return self._run_sam("delete", "--stack-name", self.name, "--no-prompts", "--region", self.region)

    def read_outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        (stack,) = self.make_client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def physical_name(self, logical_name: str) -> str:
        """The physical name of a resource of the stack."""
        answer = self.make_client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_name
        )
        name: str = answer["StackResourceDetail"]["PhysicalResourceId"]
        return name

    @property
    def base(self) -> str:
        """The address in the emulator below which all paths of the stack's API are."""
        return self.local_url(self.read_outputs()["McpUrl"]).removesuffix("/mcp")

    def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends one request to the deployed API, to a path below its stage."""
        return httpx.request(method, self.base + path, timeout=60, trust_env=False, **arguments)

    def local_url(self, url: str) -> str:
        """The URL at which the emulator serves a URL of the API."""
        host, path = url.removeprefix("https://").split("/", 1)
        stage, rest = path.split("/", 1)
        return f"{self.endpoint}/restapis/{host.split('.')[0]}/{stage}/_user_request_/{rest}"

    def _run_sam(self, *arguments: str) -> str:
        environment = sam_environment(**aws_variables(self.endpoint, self.region))
        done = subprocess.run(
            [SAM, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise RuntimeError(f"sam {arguments[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout + done.stderr
