"""Describes a deployed stack with CloudFormation, with the caller's own AWS credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from affino_mcp.errors import AffinoError
from affino_mcp.settings import Settings, environment_region

STACK_OUTPUTS: Final = {
    "instance": "Instance",
    "gate_table": "GateTable",
    "audit_table": "AuditTable",
    "records_table": "RecordsTable",
    "credentials_table": "CredentialsTable",
    "media_bucket": "MediaBucket",
    "secrets_prefix": "SecretsPrefix",
    "digest_bucket": "DigestBucket",
    "digest_key": "DigestKey",
}
"""Maps settings to the template's outputs that hold them."""
_AWS_HOST_SUFFIXES: Final = (".amazonaws.com", ".amazonaws.com.cn")


class StackNotFound(AffinoError):
    """The stack does not exist, cannot be described, or is not an Affino MCP service."""

    type = "no_stack"


@dataclass(frozen=True)
class Stack:
    """A stack's name, region, outputs, the caller's ARN, and the endpoint of all services if that is not AWS's own."""

    name: str
    region: str
    outputs: dict[str, str]
    caller: str
    endpoint: str = ""


def describe_stack(name: str, region: str) -> Stack:
    """Gives the stack of this name, in the shell's region or else in `region`; raises StackNotFound with advice."""
    import boto3  # noqa: PLC0415 (slow to import; only commands with --stack need it)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    place = region
    try:
        session = boto3.Session(region_name=environment_region() or None)
        place = session.region_name or region
        clients = {kind: session.client(kind, region_name=place) for kind in ("cloudformation", "sts")}
        (stack,) = clients["cloudformation"].describe_stacks(StackName=name)["Stacks"]
        caller = str(clients["sts"].get_caller_identity()["Arn"])
    except ClientError as error:
        raise _stack_refused(error.response.get("Error", {}).get("Code", ""), name, place) from error
    except BotoCoreError as error:
        advice = "Are there AWS credentials in this shell, and is the region right? (AWS_PROFILE, AWS_REGION)"
        raise StackNotFound(f"AWS cannot be asked about the stack {name} in {place}. {advice}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    return Stack(name, place, outputs, caller, _own_endpoint(clients["cloudformation"]))


def stack_settings(stack: Stack) -> Settings:
    """Gives the settings of a deployed stack from its outputs; raises StackNotFound when an output is missing."""
    try:
        named = {field: stack.outputs[output] for field, output in STACK_OUTPUTS.items()}
    except KeyError as error:
        raise StackNotFound(f"The stack {stack.name} is not an Affino MCP service of this version.") from error
    return Settings(**named, region=stack.region, aws_endpoint=stack.endpoint)


def _stack_refused(code: str, name: str, region: str) -> StackNotFound:
    if code == "ValidationError":
        return StackNotFound(f"There is no stack {name} in {region}. Look at its name and at AWS_REGION.")
    return StackNotFound(f"AWS does not let these credentials see the stack {name} in {region} ({code[:60]}).")


def _own_endpoint(client: Any) -> str:
    """The endpoint in the caller's configuration instead of AWS's own (an emulator); empty for AWS."""
    url = str(client.meta.endpoint_url)
    return "" if url.endswith(_AWS_HOST_SUFFIXES) else url
