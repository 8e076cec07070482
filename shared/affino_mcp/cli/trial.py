"""`affino-mcp test`: a real login and one call through the public endpoints, in three checks."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any

import typer

from affino_mcp.admin.connection_checks import CHECK_GOOD, CHECK_OFF, CheckResult
from affino_mcp.admin.connection_test import Trial, TrialResult
from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.admin.trial_request import TestedConnection, TrialRequest, find_tested_name, parse_access_token
from affino_mcp.admin.trial_request import parse_trial_arguments as json_arguments
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.cli.journal import audit_command
from affino_mcp.cli.login import PasswordOption, find_password
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json
from affino_mcp.cli.service import Service, open_service
from affino_mcp.gate.caller import CURRENT_USER_METHOD
from affino_mcp.gate.identity.row_keys import digest_token
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import InvalidArgument

_TONE_WORDS = {CHECK_GOOD: "green", CHECK_OFF: "off  "}


def try_out(
    ctx: typer.Context,
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Key or name.")],
    *,
    email: Annotated[
        str | None,
        typer.Option("--email", "--person", help="Whose login: e-mail address, user code, or the demo's role."),
    ] = None,
    token_stdin: Annotated[
        bool,
        typer.Option("--token-stdin", help="Instead of a login: the first line of standard input is an AccessToken."),
    ] = False,
    method: Annotated[
        str, typer.Option(help="The method to call; without it only who the person is.")
    ] = CURRENT_USER_METHOD,
    arguments: Annotated[
        str,
        typer.Option(metavar="JSON", help="Its arguments; without: a short page, or a dry run that changes nothing."),
    ] = "",
    password: PasswordOption = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Try a profile with a person: is the profile valid, can the user log in, is the method enabled?

    Each lamp comes with its reason and what to do. Exit code 0 only when all three are green. The session is ended again.

    Example: affino-mcp test content-editor --email editor --method list_articles
    """
    service = open_service(ctx, connection)
    given = _parse_arguments(method, arguments)
    state = service.require_profile(profile)
    wanted = _read_request(service, email, password, method, given, token_stdin=token_stdin)
    with (
        audit_command(service, "run_test", ActionSubject.from_profile(state.profile), {}, wanted.describe()),
        service.make_client() as http,
    ):
        result = Trial(http, service.public_url, service.connection.dbname, state.profile).run(wanted, service.clock())
    _end_session(service, wanted.email, result)
    ran = TestedConnection(state.profile.name, find_tested_name(service.people, service.sessions, wanted), method)
    _print_result(result, ran, as_json=as_json)
    if not result.is_green:
        raise typer.Exit(1)


def _read_request(
    service: Service,
    email: str | None,
    password: str | None,
    method: str,
    arguments: dict[str, Any],
    *,
    token_stdin: bool,
) -> TrialRequest:
    """What is to be tried, as whom. Raises BadParameter for a login and a token at once, and for neither."""
    if token_stdin is (email is not None):
        raise typer.BadParameter("say whose login with --email, or give an AccessToken with --token-stdin")
    if email is None:
        return TrialRequest("", "", method, arguments, parse_access_token(sys.stdin.readline()))
    address = service.find_email(email)
    return TrialRequest(address, password or find_password(service, address), method, arguments)


def _parse_arguments(method: str, text: str) -> dict[str, Any]:
    if method not in METHODS:
        raise InvalidArgument("method", f"There is no method {method}.", next="'affino-mcp methods' lists them all.")
    return json_arguments(METHODS[method], text)


def _end_session(service: Service, address: str, result: TrialResult) -> None:
    with suppress(StoreUnavailable):  # the result stands; the session ends by itself
        code = service.people.find_user_code(address) if result.token else None
        if code is not None:
            service.sessions.end_session(code, digest_token(result.token))


def _print_result(result: TrialResult, ran: TestedConnection, *, as_json: bool) -> None:
    if as_json:
        times = {"login_ms": result.login_ms, "call_ms": result.call_ms}
        print_json(
            {
                "green": result.is_green,
                "ran": asdict(ran),
                "lamps": [_check_document(lamp) for lamp in result.checks],
                "answer": result.answer,
            }
            | times
        )
        return
    typer.echo(ran.heading(is_green=result.is_green))
    for lamp in result.checks:
        typer.echo(f"{_TONE_WORDS.get(lamp.tone, 'RED  ')}  {lamp.name}. {lamp.reason}")
        if lamp.fix:
            typer.echo(f"       To do: {lamp.fix}")


def _check_document(lamp: CheckResult) -> dict[str, Any]:
    return asdict(lamp) | {"tone": {CHECK_GOOD: "green", CHECK_OFF: "off"}.get(lamp.tone, "red")}
