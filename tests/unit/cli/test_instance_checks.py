"""`affino-mcp doctor` of an instance elsewhere: what it says of one that is well, and of one that is not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest

from affino_mcp.cli.instance_checks import check_instance, check_offerings
from affino_mcp.cli.login import NewSession
from affino_mcp.cli.service import Service
from affino_mcp.clock import utc_now
from scripts.deploy_local.authority import Authority
from tests.remote.hostile import acting_as, forged
from tests.remote.stage import RemoteStage


@dataclass
class Login:
    access_token: str


@pytest.fixture
def stage() -> Iterator[RemoteStage]:
    made = RemoteStage()
    made.way.only = "/v2"
    yield made
    made.handler.close()


@dataclass
class Desk:
    """The parts of a Service that the checks use."""

    stores: Any
    settings: Any
    clock: Any


def service(stage: RemoteStage) -> Service:
    return cast("Service", Desk(stage.world.stores, stage.world.settings, stage.world.clock))


def logged_in(stage: RemoteStage) -> NewSession:
    person = stage.world.people.get(stage.person)
    assert person is not None
    return NewSession(cast("Any", Login(stage.credentials().token)), stage.profile, person)


def test_a_sound_instance_is_green(stage: RemoteStage) -> None:
    found = [*check_instance(service(stage)), *check_offerings(service(stage), logged_in(stage))]
    assert [(one.name, one.ok) for one in found] == [
        ("instance", True),
        ("instance clock", True),
        ("instance offers", True),
        ("instance attribution", True),
    ]
    assert found[2].seen == "version 2, contract 2.1; every method"


@pytest.mark.parametrize(
    ("before", "after", "name", "seen"),
    [
        pytest.param(httpx.ConnectError("no"), None, "instance", "does not answer", id="nobody there"),
        pytest.param(None, forged(500), "instance", "answers 500", id="broken"),
        pytest.param(
            None, forged(401, date="Mon, 23 Nov 2020 09:00:00 GMT"), "instance clock", "seconds from", id="its clock"
        ),
        pytest.param(None, forged(200, b"{}"), "instance offers", "does not say", id="no offer"),
        pytest.param(None, acting_as("99"), "instance attribution", "acts as 99", id="somebody else"),
    ],
)
def test_what_is_wrong_is_red(stage: RemoteStage, before: Any, after: Any, name: str, seen: str) -> None:
    stage.way.before, stage.way.after = before, after
    found = [*check_instance(service(stage)), *check_offerings(service(stage), logged_in(stage))]
    (red,) = [one for one in found if one.name == name]
    assert (red.ok, seen in red.seen, bool(red.fix)) == (False, True, True)


VOUCHING = Authority("Orbital").parameter


@pytest.mark.parametrize(
    ("certificates", "days", "ok", "seen"),
    [
        pytest.param(VOUCHING, 0, True, "CN=Orbital until 20", id="that hold"),
        pytest.param(VOUCHING, 400_000, False, "they have ended: CN=Orbital", id="that have ended"),
        pytest.param(VOUCHING[:-40], 0, False, "cannot be read", id="cut"),
        pytest.param(VOUCHING.replace("MII", "MIA"), 0, False, "cannot be read", id="broken"),
    ],
)
def test_who_vouches_for_the_instance_is_said(
    stage: RemoteStage, certificates: str, days: int, ok: bool, seen: str
) -> None:
    asked = service(stage)
    settings = replace(asked.settings, instance_certificates=certificates)
    now = utc_now() + timedelta(days=days)
    found = next(check_instance(cast("Service", Desk(asked.stores, settings, lambda: now))))
    assert (found.name, found.ok, seen in found.seen, bool(found.fix)) == ("instance certificates", ok, True, not ok)


def test_an_instance_that_nobody_vouches_for_is_told_from_one_that_is_not_there(stage: RemoteStage) -> None:
    refused = httpx.ConnectError("no")
    refused.__cause__ = ssl.SSLCertVerificationError()
    stage.way.before = refused
    found = next(check_instance(service(stage)))
    assert ("does not answer (untrusted)" in found.seen, "InstanceCertificates" in found.fix) == (True, True)
