"""Describes a deployed stack with CloudFormation and invokes its functions, with the caller's own AWS credentials."""

from __future__ import annotations

import json
from dataclasses import field
from typing import Any, Final

from affino_mcp.errors import AffinoError
from affino_mcp.settings import Settings, environment_region
from affino_mcp.value_class import value_class

STACK_OUTPUTS: Final = {
    "instance": "Instance",
    "gate_table": "GateTable",
    "audit_table": "AuditTable",
    "records_table": "RecordsTable",
    "words_table": "WordsTable",
    "credentials_table": "CredentialsTable",
    "media_bucket": "MediaBucket",
    "secrets_prefix": "SecretsPrefix",
    "digest_bucket": "DigestBucket",
    "digest_key": "DigestKey",
}
"""Maps settings to the template's outputs that hold them."""
STACK_PARAMETERS: Final = {
    "domain": "DomainName",
    "base_path": "BasePath",
    "publish_catalog": "PublishCatalog",
    "allowed_origins": "AllowedOrigins",
    "session_seconds": "SessionSeconds",
    "grant_days": "GrantDays",
    "client_registration": "ClientRegistration",
    "instance_url": "InstanceUrl",
    "instance_certificates": "InstanceCertificates",
    "instance_writes": "InstanceWrites",
    "on_mismatch": "OnMismatch",
    "time_zone": "TimeZone",
}
"""Maps settings to the template's parameters that give them to every function."""
KEPT_OUTPUTS: Final = tuple(output for setting, output in STACK_OUTPUTS.items() if setting != "instance")
"""The outputs that name what stays when the stack is deleted: tables, buckets, the digests' key, the place of secrets.

A later stack takes each over by the parameter of its name with `Existing` before it.
"""
FUNCTION_OUTPUTS: Final = {
    name: f"{name}Function"
    for name in ("McpEndpoint", "InstanceApi", "LoginProxy", "ControlCentre", "Housekeeping", "OAuthAuthorizer")
}
"""Maps the functions' names in the template to the template's outputs that hold the addresses of their live versions."""
OPTIONAL_FUNCTIONS: Final = frozenset({"OAuthAuthorizer"})
"""The functions that a stack may be without."""
FUNCTION_SECONDS: Final = 60
"""How long the answer of a function is waited for."""
_AWS_HOST_SUFFIXES: Final = (".amazonaws.com", ".amazonaws.com.cn")


class StackNotFound(AffinoError):
    """The stack does not exist, cannot be described, or is not an Affino MCP service."""

    type = "no_stack"


class FunctionFailed(AffinoError):
    """A function gave no answer; `reason` is AWS's name of the error, or the function's, or `no_answer`."""

    type = "function_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The function gave no answer ({reason}).")
        self.reason = reason


@value_class
class Stack:
    """A stack's name, region, outputs, the caller's ARN, and the endpoint of all services if that is not AWS's own.

    `status` is CloudFormation's, `parameters` are those that it was deployed with.
    """

    name: str
    region: str
    outputs: dict[str, str]
    caller: str
    endpoint: str = ""
    status: str = ""
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def functions(self) -> list[str]:
        """The names, in the template, of the functions that this stack has, or should have."""
        return [
            name
            for name, output in FUNCTION_OUTPUTS.items()
            if output in self.outputs or name not in OPTIONAL_FUNCTIONS
        ]

    @property
    def kept(self) -> dict[str, str]:
        """The parameters by which a later stack takes over what stays when this one is deleted."""
        return {f"Existing{name}": self.outputs[name] for name in KEPT_OUTPUTS if name in self.outputs}


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
    given = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
    endpoint = _own_endpoint(clients["cloudformation"])
    return Stack(name, place, outputs, caller, endpoint, str(stack.get("StackStatus", "")), given)


def stack_settings(stack: Stack) -> Settings:
    """Gives the settings of a deployed stack from its outputs and parameters.

    A parameter that is empty, or that an older template lacks, leaves the default. Raises StackNotFound when an
    output is missing.
    """
    missing = STACK_OUTPUTS.values() - stack.outputs.keys()
    if missing == {STACK_OUTPUTS["words_table"]}:
        raise StackNotFound(
            f"The stack {stack.name} has the tables of an older version, which this one cannot read: "
            "deploy this version as a stack of another name, and keep using the old one with its own version."
        )
    if missing:
        raise StackNotFound(f"The stack {stack.name} is not an Affino MCP service of this version.")
    named = {field: stack.outputs[output] for field, output in STACK_OUTPUTS.items()}
    given = {field: stack.parameters.get(parameter, "") for field, parameter in STACK_PARAMETERS.items()}
    named |= {field: value for field, value in given.items() if value}
    return Settings(**named, stack=stack.name, region=stack.region, aws_endpoint=stack.endpoint)


def invoke_function(stack: Stack, function: str, event: dict[str, str]) -> dict[str, Any]:
    """Invokes the function of this name in the template; gives its answer, a JSON object. Raises FunctionFailed."""
    import boto3  # noqa: PLC0415 (as above)
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    once = Config(read_timeout=FUNCTION_SECONDS, retries={"total_max_attempts": 1})
    address = stack.outputs.get(FUNCTION_OUTPUTS[function], "")
    if not address:
        raise FunctionFailed("not_in_this_version")
    try:
        client = boto3.client("lambda", region_name=stack.region, config=once)
        answer = client.invoke(FunctionName=address, Payload=json.dumps(event).encode())
        document = json.loads(answer["Payload"].read())
    except ClientError as error:
        raise FunctionFailed(str(error.response.get("Error", {}).get("Code", ""))[:60]) from error
    except (BotoCoreError, ValueError) as error:
        raise FunctionFailed("no_answer") from error
    if "FunctionError" in answer or not isinstance(document, dict):
        raise FunctionFailed(_function_error(document))
    return document


def _function_error(document: Any) -> str:
    """The type of the exception that ended a function, never its text."""
    named = document.get("errorType") if isinstance(document, dict) else None
    return str(named or "no_answer")[:60]


def _stack_refused(code: str, name: str, region: str) -> StackNotFound:
    if code == "ValidationError":
        return StackNotFound(f"There is no stack {name} in {region}. Look at its name and at AWS_REGION.")
    return StackNotFound(f"AWS does not let these credentials see the stack {name} in {region} ({code[:60]}).")


def _own_endpoint(client: Any) -> str:
    """The endpoint in the caller's configuration instead of AWS's own (an emulator); empty for AWS."""
    url = str(client.meta.endpoint_url)
    return "" if url.endswith(_AWS_HOST_SUFFIXES) else url
