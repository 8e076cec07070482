"""Two stacks in the emulator: an instance, and a gateway in front of it that reaches it by TLS alone (docs/remote.md)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from scripts.build import Build
from scripts.deploy_local import emulator
from scripts.deploy_local.authority import Authority
from scripts.deploy_local.first_operator import make_first_operator
from scripts.deploy_local.gateway_checks import GatewayChecks, Pair
from scripts.deploy_local.operations import Operator
from scripts.deploy_local.report import StepReport
from scripts.deploy_local.shell import Shell
from scripts.deploy_local.smoke import Smoke, require_equal
from scripts.deploy_local.stack import Stack, write_local_template
from scripts.deploy_local.tls_front import run_tls_front

PROFILE_NAME: Final = "Front"
FAMILIES: Final = ("--family", "accounts=read,write")
"""The same at both ends."""


def deploy_two(report: StepReport, folder: Path, built: Build, region: str) -> None:
    """Deploys an instance and a gateway in front of it, uses them as their users do, and deletes both."""
    template = write_local_template(built)
    with emulator.run_emulator(folder, region) as endpoint:
        os.environ.update(emulator.aws_variables(endpoint, region))
        instance, gateway = (Stack(endpoint, region, f"affino-mcp-{name}") for name in ("instance", "gateway"))
        with report.run_step("sam deploy of the instance"):
            instance.deploy(template)
        with report.run_step("its first operator, and a profile whose option REST is on"):
            made = prepare_instance(instance)
        authority = Authority()
        with run_tls_front(instance.base, authority) as front:
            own = {"InstanceUrl": front.url, "InstanceCertificates": authority.parameter}
            with report.run_step("sam deploy of the gateway, whose InstanceUrl is the first stack's address"):
                gateway.deploy(template, **own)
            with report.run_step("the gateway adopts the profile, its secret on standard input"):
                smoke = adopt(gateway, made)
            pair = Pair(instance, gateway, front, smoke, template, own)
            for name, work in GatewayChecks(pair).list_checks():
                report.run_check(name, work)
        for name, stack in (("gateway", gateway), ("instance", instance)):
            report.run_check(f"sam delete of the {name}", stack.delete)


def prepare_instance(instance: Stack) -> dict[str, Any]:
    """Makes the instance's first operator, the person of all checks, and a profile; gives the profile's key and secret."""
    for what, found, wanted in make_first_operator(instance, instance.send):
        require_equal(what, found, wanted)
    options = ("--name", PROFILE_NAME, *FAMILIES, "--rest", "on")
    code, made = Shell(instance).run("profile", "create", *options)
    require_equal("profile create --rest on", code, 0)
    profile: dict[str, Any] = made
    return profile


def adopt(gateway: Stack, made: dict[str, Any]) -> Smoke:
    """Takes over the instance's profile at the gateway; gives a client there that has its key and secret."""
    words = ("profile", "adopt", made["key"], "--name", PROFILE_NAME, *FAMILIES)
    code, shown = Shell(gateway).run(*words, given=f"{made['secret']}\n")
    require_equal("profile adopt", (code, shown and shown["key"]), (0, made["key"]))
    operator = Operator.from_stack(gateway)
    return Smoke(gateway, operator, operator.profiles.get(made["key"]).profile)
