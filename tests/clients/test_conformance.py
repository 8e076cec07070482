"""The MCP conformance suite through a proxy that adds headers: only scenarios of features not offered may fail."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.clients.agent import Target
from tests.clients.conformance import EXPECTED_FAILURES, REVISION, Verdict, conform
from tests.clients.header_proxy import HeaderProxy, header_proxy
from tests.clients.installed import NodeClients
from tests.clients.service import Service
from tests.clients.test_agents import wrong_token

# Scenarios that pass on any server which answers an unknown tool with an error, so that they prove nothing here; the
# behaviour that they are meant for is tested with our own tools in test_agents.py.
VACUOUS = {"input-required-result-unsupported-methods", "input-required-result-validate-input"}
# The scenarios that do examine this service, and the least number of checks that must have succeeded in each.
TELLING = {
    "tools-list": 4,
    "server-stateless": 20,
    "server-sse-multiple-streams": 1,
    "dns-rebinding-protection": 2,
    "caching": 3,
    "http-header-validation": 14,
}


@dataclass(frozen=True)
class Run:
    """One run of the suite, with the requests that the proxy recorded."""

    verdict: Verdict
    proxy: HeaderProxy


@pytest.fixture(scope="module")
def run(service: Service, programs: NodeClients, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of the suite with our baseline, made once for all tests."""
    home = tmp_path_factory.mktemp("conformance")
    return suite(service.target, programs, home, EXPECTED_FAILURES)


def suite(target: Target, programs: NodeClients, home: Path, expected: Path) -> Run:
    """Runs the suite with the headers of `target`."""
    with header_proxy(target.url, target.headers) as (url, proxy):
        return Run(conform(programs, home, url, expected), proxy)


def required(programs: NodeClients) -> set[str]:
    """The server scenarios that the revision requires, as listed in the suite."""
    frozen = programs.conformance.parents[1] / "requirements" / f"{REVISION}.yaml"
    return set(yaml.safe_load(frozen.read_text())["server"])


def expected_failures() -> list[str]:
    """The entries of our baseline."""
    entries: list[str] = yaml.safe_load(EXPECTED_FAILURES.read_text())["server"]
    return entries


def test_only_what_is_not_offered_fails(run: Run) -> None:
    assert run.verdict.code == 0, run.verdict.printed[-4000:]


def test_every_required_scenario_ran(run: Run, programs: NodeClients) -> None:
    assert required(programs) <= run.verdict.scenarios()


def test_the_service_answered(run: Run, service: Service) -> None:
    assert run.proxy.revisions("tools/list") >= {REVISION}
    assert {exchange.status for exchange in run.proxy.tape} >= {200, 400, 404}
    assert not {exchange.status for exchange in run.proxy.tape} & {401, 429, 500, 502, 503}


@pytest.mark.parametrize("scenario", TELLING)
def test_telling_scenario_passes(run: Run, scenario: str) -> None:
    failed = {entry for entry in run.verdict.failures() if entry.startswith(f"{scenario}:")}
    assert run.verdict.successes(scenario) >= TELLING[scenario]
    assert failed <= set(expected_failures())


def test_every_required_scenario_is_telling_or_expected_to_fail_or_vacuous(programs: NodeClients) -> None:
    excused = {entry.split(":")[0] for entry in expected_failures()}
    assert required(programs) == (excused | set(TELLING) | VACUOUS) - {"http-header-validation"}
    assert not VACUOUS & (excused | set(TELLING))


def test_every_entry_is_one_check_that_fails(run: Run) -> None:
    assert set(expected_failures()) <= run.verdict.failures()
    assert len(expected_failures()) == len(set(expected_failures()))


def other_baseline(folder: Path, entries: list[str]) -> Path:
    """A baseline file with other entries."""
    file = folder / "baseline.yaml"
    file.write_text(yaml.safe_dump({"server": entries}))
    return file


def test_a_stale_entry_fails_the_run(service: Service, programs: NodeClients, home: Path) -> None:
    stale = other_baseline(home, [*expected_failures(), "tools-list:tools-list"])
    verdict = suite(service.target, programs, home, stale).verdict
    assert verdict.code == 1
    assert "Stale baseline entries" in verdict.printed
    assert "✓ tools-list:tools-list" in verdict.printed


def test_a_missing_entry_fails_the_run(service: Service, programs: NodeClients, home: Path) -> None:
    fewer = other_baseline(home, [entry for entry in expected_failures() if entry != "prompts-list:prompts-list"])
    verdict = suite(service.target, programs, home, fewer).verdict
    assert verdict.code == 1
    assert "✗ prompts-list" in verdict.printed.split("Unexpected failures")[-2]


def test_without_a_token_the_run_fails(service: Service, programs: NodeClients, home: Path) -> None:
    run = suite(wrong_token(service.target), programs, home, EXPECTED_FAILURES)
    assert run.verdict.code == 1
    assert {exchange.status for exchange in run.proxy.tape if exchange.rpc == "tools/list"} == {401}
