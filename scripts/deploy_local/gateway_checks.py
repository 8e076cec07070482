"""What a gateway's users do and find there: each check goes through API Gateway, Lambda and TLS to the instance's own stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from affino_mcp.housekeeping.open_calls import ASKING_AGE
from scripts.deploy_local.authority import Authority
from scripts.deploy_local.operations import EMAIL, PASSWORD, USER_CODE
from scripts.deploy_local.permissions import find_broken_rules, list_gateway_rules
from scripts.deploy_local.rest_program import Program, open_program
from scripts.deploy_local.shell import Shell
from scripts.deploy_local.smoke import CheckFailed, Smoke, require_equal
from scripts.deploy_local.stack import Stack
from scripts.deploy_local.tls_front import TlsFront

WRITTEN, LOST, REFUSED = "Orbital Labs", "Lost on the way back", "Not to be written"


@dataclass(frozen=True)
class Pair:
    """An instance and the gateway in front of it: their stacks, the way between them, and a client of the gateway.

    `own` are the gateway's parameters of `template`.
    """

    instance: Stack
    gateway: Stack
    front: TlsFront
    client: Smoke
    template: Path
    own: dict[str, str]


@dataclass
class GatewayChecks:
    """The checks, in order; `lost_at` is when an answer was lost, on a clock that only goes forward."""

    pair: Pair
    lost_at: float = field(default=0.0)

    def list_checks(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """The sentence and the function of each check."""
        yield "a person logs in through the gateway", self.check_login
        yield "an MCP client writes there, and the record stands in the instance by that person", self.check_write
        yield "a lost answer is an outcome that is not known", self.check_lost_answer
        yield "doctor at the gateway is green, with a login through it", self.check_doctor
        yield "the profile off at the instance is obeyed on the next call, and on again", self.check_switched_off
        yield "the roles of both stacks", self.check_roles
        yield "housekeeping asks the instance, and closes the row of the lost answer", self.check_housekeeping
        yield "an instance that no named authority vouches for is told nothing", self.check_other_authority

    def check_login(self) -> None:
        """The person is the instance's; the gateway keeps no password."""
        require_equal("a token", bool(self.pair.client.token), True)
        kept = self.pair.gateway.make_client("dynamodb").scan(TableName=self.pair.client.outputs["CredentialsTable"])
        require_equal("password hashes at the gateway", kept["Count"], 0)

    def check_write(self) -> None:
        """One write over MCP; what the instance holds and has logged of it, and what the gateway holds."""
        made = self.pair.client.call_tool("create_account", Name=WRITTEN)
        require_equal("create_account failed", made.get("isError", False), False)
        code = made["structuredContent"]["Account"]["AccountCode"]
        there = self._open_instance().send("GET", f"/v2/accounts/{code}").json()["Account"]
        require_equal("the record there", (there["Name"], there["CreatedBy"]["UserCode"]), (WRITTEN, USER_CODE))
        _, rows = Shell(self.pair.instance).run("log", "--channel", "rest", "--method", "create_account")
        told = [(row["status"], row["person_email"]) for row in rows]
        require_equal("its row in the instance's API Log", told, [(200, EMAIL)])
        kept = self.pair.gateway.make_client("dynamodb").scan(TableName=self.pair.client.outputs["RecordsTable"])
        require_equal("the record at the gateway", WRITTEN in str(kept["Items"]), False)

    def check_lost_answer(self) -> None:
        """A write is carried out and its answer lost, as are the answers to all questions about it."""
        self.pair.front.loses_answers = True
        try:
            told = self._write_and_fail(LOST)
        finally:
            self.pair.front.loses_answers, self.lost_at = False, time.monotonic()
        require_equal("create_account", told, (503, "outcome_unknown"))

    def check_doctor(self) -> None:
        """The whole command, from the operator's machine."""
        login = ("--profile", self.pair.client.profile.name, "--person", EMAIL, "--password", PASSWORD)
        code, found = Shell(self.pair.gateway).run("doctor", *login)
        red = [f"{one['name']}: {one['seen']}" for one in found if not one["ok"]]
        require_equal("doctor", (code, red), (0, []))
        missing = _DOCTOR_LINES - {one["name"] for one in found}
        require_equal("what doctor does not say", missing, set())

    def check_switched_off(self) -> None:
        """An operator at the instance switches the profile off: nothing is told the gateway, and nothing is kept there."""
        shell, key = Shell(self.pair.instance), self.pair.client.profile.key
        require_equal("profile disable", shell.run("profile", "disable", key)[0], 0)
        told = self._write_and_fail(REFUSED)
        require_equal("profile enable", shell.run("profile", "enable", key)[0], 0)
        require_equal("the next call", told, (403, "profile_disabled"))
        require_equal("accounts that were not to be", self._count_accounts(REFUSED), 0)
        again = self.pair.client.call_tool("list_accounts")
        require_equal("the call after it", again.get("isError", False), False)

    def check_roles(self) -> None:
        """Tries what each role of both stacks may and may not do."""
        rules = list_gateway_rules(self.pair.client.profile.key)
        broken = [*find_broken_rules(self.pair.gateway, rules), *find_broken_rules(self.pair.instance)]
        if broken:
            raise CheckFailed("; ".join(broken))

    def check_housekeeping(self) -> None:
        """Housekeeping asks about calls from a certain age on; the write is there once, and the row says that it was done."""
        time.sleep(max(0.0, self.lost_at + ASKING_AGE.total_seconds() + 2 - time.monotonic()))
        gateway, name = self.pair.gateway, self.pair.gateway.physical_name("Housekeeping")
        answer = gateway.make_client("lambda").invoke(FunctionName=name, Payload=b"{}")
        require_equal("the turn", (answer["StatusCode"], answer.get("FunctionError")), (200, None))
        rows = self.pair.client.operator.read_log(self.pair.client.profile)
        closed = [row.status for row in rows if "own answer was lost" in (row.result or "")]
        require_equal("rows closed by asking", closed, [200])
        require_equal("accounts of the lost answer", self._count_accounts(LOST), 1)

    def check_other_authority(self) -> None:
        """A parameter that is changed reaches the functions at once; the call fails closed, and doctor says why."""
        other = {**self.pair.own, "InstanceCertificates": Authority("Somebody else").parameter}
        self.pair.gateway.deploy(self.pair.template, **other)
        require_equal("create_account", self._write_and_fail(REFUSED), (503, "instance_failed"))
        require_equal("accounts that were not to be", self._count_accounts(REFUSED), 0)
        code, found = Shell(self.pair.gateway).run("doctor")
        told = [one["seen"] for one in found if one["name"] == "instance"]
        require_equal("doctor", (code, told), (1, [f"{self.pair.front.url} does not answer (untrusted)"]))

    def _write_and_fail(self, name: str) -> tuple[int, str]:
        """The status and the error of a write that must fail."""
        answer = self.pair.client.send_rpc("tools/call", name="create_account", arguments={"Name": name})
        result = answer.json().get("result", {})
        error = result.get("structuredContent", answer.json()).get("error", {})
        return answer.status_code, error.get("type") or error.get("data", {}).get("type", "none")

    def _open_instance(self) -> Program:
        profile = self.pair.client.profile
        return open_program(self.pair.instance, {"key": profile.key, "secret": profile.secret}).log_in()

    def _count_accounts(self, name: str) -> int:
        found = self._open_instance().send("GET", "/v2/accounts").json()["Items"]
        return sum(each["Name"] == name for each in found)


_DOCTOR_LINES: Final = {
    "instance",
    "instance certificates",
    "instance clock",
    "instance offers",
    "instance attribution",
    "real login",
}
