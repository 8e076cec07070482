"""A deployed stack as CloudFormation describes it, asked with the caller's own AWS credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from affino_mcp.errors import AffinoError

_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn")
_VARIABLES: Final = {"region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None)}
"""Where the region is said: botocore by itself reads the second alone."""


class NoStack(AffinoError):
    """The stack cannot be found, asked, or is none of ours."""

    type = "no_stack"


@dataclass(frozen=True)
class Stack:
    """Its name, region and outputs, who asked, and the one address of all services when that is not AWS's own."""

    name: str
    region: str
    outputs: dict[str, str]
    caller: str
    endpoint: str = ""


def described(name: str, region: str) -> Stack:
    """The stack of this name; raises NoStack, saying what to do."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (slow; operators' commands only)
    from botocore.session import Session  # noqa: PLC0415

    session, place = Session(_VARIABLES), region
    try:
        place = session.get_config_variable("region") or region
        clients = {kind: session.create_client(kind, region_name=place) for kind in ("cloudformation", "sts")}
        (stack,) = clients["cloudformation"].describe_stacks(StackName=name)["Stacks"]
        caller = str(clients["sts"].get_caller_identity()["Arn"])
    except ClientError as error:
        raise _refused(error.response.get("Error", {}).get("Code", ""), name, place) from error
    except BotoCoreError as error:
        advice = "Are there AWS credentials in this shell, and is the region right? (AWS_PROFILE, AWS_REGION)"
        raise NoStack(f"AWS cannot be asked about the stack {name} in {place}. {advice}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    return Stack(name, place, outputs, caller, _own(clients["cloudformation"]))


def _refused(code: str, name: str, region: str) -> NoStack:
    if code == "ValidationError":
        return NoStack(f"There is no stack {name} in {region}. Look at its name and at AWS_REGION.")
    return NoStack(f"AWS does not let these credentials see the stack {name} in {region} ({code[:60]}).")


def _own(client: Any) -> str:
    """The endpoint that the caller's configuration names instead of AWS's (an emulator); empty: AWS."""
    url = str(client.meta.endpoint_url)
    return "" if url.endswith(_AWS) else url
