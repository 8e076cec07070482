"""Deploys the template into MiniStack, uses it, and prints what worked. Exit code 0 only when every step did."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from scripts.build import LAMBDA_PYTHON, ROOT, Build, build_artifacts, summarise_build
from scripts.deploy_local import emulator
from scripts.deploy_local.denied_table import check_denied_table
from scripts.deploy_local.kept_state import check_kept_state
from scripts.deploy_local.operations import Operator
from scripts.deploy_local.own_domain import OAUTH_STEP, check_own_domain
from scripts.deploy_local.permissions import ROLE_RULES, find_broken_rules
from scripts.deploy_local.report import StepReport
from scripts.deploy_local.rest_program import REST_STEP, check_rest
from scripts.deploy_local.shell import Shell, inspect_structure
from scripts.deploy_local.smoke import CheckFailed, Smoke, require_equal
from scripts.deploy_local.stack import REFUSED_TYPES, Stack, write_local_template
from scripts.deploy_local.two_stacks import deploy_two

REGION = "eu-west-1"
Work = Callable[[StepReport, Path, Build, str], None]
"""Deploys a build and uses it: with the report of its steps, a folder for the emulator's state, and the region."""
ALWAYS_DEPLOYED = ("DiscoveryApi", "OAuthApi")
"""APIs that are deployed anew every time. Without a domain there are none of them, but MiniStack lists their deployments."""
_CHANGE = re.compile(r"^[*+-] \w+ +(\w+)", re.MULTILINE)
"""A line of the table of changes that `sam deploy` prints, with the name of the resource."""


class Choice(NamedTuple):
    """What the command is told: the work after the build, and the folder of artifacts that were built before, if any."""

    work: Work
    built: Path | None


def choose_build() -> Build:
    """The build for Lambda's Python when the emulator runs in that, else for the emulator's own."""
    version = emulator.find_python_version()
    if version == LAMBDA_PYTHON:
        return Build(version, ROOT / ".aws-sam/build")
    print(f"no Python {LAMBDA_PYTHON} here: layers built for, and the runtime rewritten to, python{version}")
    return Build(version, ROOT / ".deploy/build")


def make_build(report: StepReport, folder: Path | None) -> Build:
    """Builds the artifacts as a step of the report, unless they are in this folder already. Raises what the step raises."""
    if folder is not None:
        return Build(emulator.find_python_version(), folder)
    built = choose_build()
    with report.run_step(f"sam build for python{built.version}"):
        build_artifacts(built, quiet=True)
    print(f"       {summarise_build(built)}")
    return built


def check_roles(stack: Stack) -> None:
    """Checks the roles against the rules. Raises Failed when a role may do more, or less."""
    if broken := list(find_broken_rules(stack)):
        raise CheckFailed("; ".join(broken))


def check_unchanged(stack: Stack, template: Path) -> None:
    """Deploys the same template again. Raises CheckFailed, naming what changed, when that would change something."""
    if "No changes to deploy" in (told := stack.deploy(template)):
        return
    changed = _CHANGE.findall(told)
    if not changed or any(not name.startswith(ALWAYS_DEPLOYED) for name in changed):
        raise CheckFailed(f"changed: {', '.join(changed) or told[-500:]}")


def deploy_and_use(report: StepReport, folder: Path, built: Build, region: str) -> None:
    """Starts the emulator, deploys the build into it, runs every check, deletes the stack, and stops the emulator."""
    template = write_local_template(built)
    with emulator.run_emulator(folder, region) as endpoint:
        stack = Stack(endpoint, region)
        with report.run_step(f"sam deploy into MiniStack, without {', '.join(sorted(REFUSED_TYPES))}"):
            stack.deploy(template)
        with report.run_step("a profile by the operator's code"):
            os.environ.update(emulator.aws_variables(endpoint, region))
            operator = Operator.from_stack(stack)
            smoke = Smoke(stack, operator, operator.create_profile())
        with report.run_step("the first operator by one command, with a password by its link"):
            smoke.make_first_operator()
        with report.run_step("more structure by the operator's shell"):
            for what, found, wanted in inspect_structure(Shell(stack)):
                require_equal(what, found, wanted)
        for name, work in smoke.list_checks():
            report.run_check(name, work)
        report.run_check(REST_STEP, lambda: check_rest(stack))
        report.run_check("a table that is denied to a role is named", lambda: check_denied_table(smoke))
        report.run_check(f"{len(ROLE_RULES)} rules on what each role may do", lambda: check_roles(stack))
        report.run_check("deploying again changes nothing", lambda: check_unchanged(stack, template))
        report.run_check(OAUTH_STEP, lambda: check_own_domain(stack, template, smoke))
        report.run_check(
            "deleted, and deployed again on the kept state", lambda: check_kept_state(stack, template, smoke)
        )
        report.run_check("sam delete", stack.delete)


def read_choice(arguments: Sequence[str]) -> Choice:
    """What is done, and with which artifacts. Exits with the usage for arguments that cannot be understood."""
    parser = argparse.ArgumentParser(prog="make deploy-local", description=__doc__)
    parser.add_argument("--remote", action="store_true", help="deploy an instance, and a gateway in front of it")
    parser.add_argument(
        "--built", type=Path, metavar="FOLDER", help="deploy what was built there for the emulator's Python"
    )
    given = parser.parse_args(arguments)
    return Choice(deploy_two if given.remote else deploy_and_use, given.built)


def main() -> int:
    """Builds, deploys and checks; gives the exit code, 1 when any step failed."""
    choice = read_choice(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the emulator is stopped too
    report, started = StepReport(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="affino-deploy-") as folder:
        try:
            built = make_build(report, choice.built)
            choice.work(report, Path(folder), built, REGION)
        except Exception as error:  # noqa: BLE001 (the step has printed it; the summary must still follow)
            report.red = report.red or [repr(error)]
        if report.red:
            _show_log(Path(folder))
    seconds = time.monotonic() - started
    verdict = f"RED: {'; '.join(report.red)}" if report.red else "green"
    print(f"make deploy-local: {verdict} ({report.green} steps passed, {len(report.red)} failed, {seconds:.0f} s)")
    return 1 if report.red else 0


def _show_log(folder: Path) -> None:
    log = folder / "ministack.log"
    if log.exists():
        print("the end of MiniStack's log:", *log.read_text().splitlines()[-25:], sep="\n    ")


if __name__ == "__main__":
    sys.exit(main())
