"""The first operator of the deployed stack: made by one command, whose link is used through API Gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scripts.deploy_local.control import SendRequest, set_password_by_link
from scripts.deploy_local.operations import EMAIL, PASSWORD, USER_CODE
from scripts.deploy_local.shell import Shell
from scripts.deploy_local.stack import Stack

NAMED: Final = ("--name", "Smoke Test", "--email", EMAIL)


def make_first_operator(stack: Stack, request: SendRequest) -> Iterator[tuple[str, object, object]]:
    """Makes the operator, who is a sales manager too; gives what was checked, the result and the expected one."""
    shell, hub = Shell(stack), stack.local_url(stack.read_outputs()["HubUrl"])
    code, made = shell.run("operator", "first", *NAMED)
    yield "operator first", (code, made.get("user_code"), made.get("groups")), (0, USER_CODE, ["Operators"])
    yield "the link's address", made["link"].partition("#")[0], f"{hub}/link"
    yield "the password by the link", set_password_by_link(request, made["link"], PASSWORD), (200, True)
    yield "a second first operator", shell.run("operator", "first", *NAMED)[0], 1
    code, now = shell.run("person", "set", EMAIL, "--group", "Sales Managers", "--group", "Operators")
    yield "person set", (code, now["groups"]), (0, ["Sales Managers", "Operators"])
