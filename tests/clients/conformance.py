"""Runs the MCP conformance suite and reads its verdicts."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from affino_mcp.local.network import reserved_port
from tests.clients.installed import NodeClients
from tests.clients.sandbox import run
from tests.clients.terminal import in_terminal

REVISION = "2026-07-28"
EXPECTED_FAILURES = Path(__file__).parent / "expected-failures.yaml"


@dataclass(frozen=True)
class Check:
    """One check of a scenario; a scenario may make the same check several times."""

    scenario: str
    name: str
    status: str

    @property
    def entry(self) -> str:
        """The check's entry in a baseline."""
        return f"{self.scenario}:{self.name}"


@dataclass(frozen=True)
class Verdict:
    """One run: the exit code, what was printed, and every check that was made."""

    code: int
    printed: str
    checks: Sequence[Check]

    def failures(self) -> set[str]:
        """The checks that a baseline must list; with a baseline, the suite counts warnings as failures too."""
        return {check.entry for check in self.checks if check.status in {"FAILURE", "WARNING"}}

    def scenarios(self) -> set[str]:
        """The scenarios that ran."""
        return {check.scenario for check in self.checks}

    def successes(self, scenario: str) -> int:
        """The number of checks of one scenario that succeeded."""
        return sum(check.status == "SUCCESS" for check in self.checks if check.scenario == scenario)


def conform(programs: NodeClients, home: Path, url: str, expected: Path) -> Verdict:
    """Runs every scenario that REVISION requires against `url`, with a file of expected failures."""
    out = home / "conformance"
    suite = [str(programs.node), str(programs.conformance), "server"]
    asked = ["--url", url, "--requirements", REVISION, "--expected-failures", str(expected), "-o", str(out)]
    done = run([*suite, *asked], home)
    return Verdict(done.returncode, done.stdout + done.stderr, _checks(out))


def conform_authorization(
    programs: NodeClients, home: Path, url: str, client_id: str, lead: Callable[[Iterator[str]], None]
) -> Verdict:
    """Runs every scenario for the authorization server of the MCP endpoint `url`; `lead` reads what is printed and consents."""
    out, issuer = home / "conformance", url.removesuffix("/mcp")
    suite = [str(programs.node), str(programs.conformance), "authorization"]
    asked = ["--url", issuer, "--client-id", client_id, "--resource", url, "-o", str(out)]
    with reserved_port() as port, in_terminal([*suite, *asked, "--port", str(port)], home) as printed:
        lead(printed)
    return Verdict(0, "", _checks(out, "authorization-server"))


def _checks(out: Path, kind: str = "server") -> list[Check]:
    return [
        Check(_scenario(file, kind), check["id"], check["status"])
        for file in sorted(out.glob(f"{kind}-*/checks.json"))
        for check in json.loads(file.read_text())
    ]


def _scenario(file: Path, kind: str) -> str:
    # The folder is `<kind>-<scenario>-<time>`, the time being six words joined by hyphens.
    return file.parent.name.removeprefix(f"{kind}-").rsplit("-", 6)[0]
