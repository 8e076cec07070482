"""The filters of `affino-mcp log` and its commands as options, and the queries of the API Log made of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import typer

from affino_mcp.admin.operator_audit import NO_PROFILE
from affino_mcp.audit.channels import CHANNELS
from affino_mcp.audit.queries import LogPage, LogQuery, search_log
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.catalogue.capability import Family
from affino_mcp.cli.output import print_note
from affino_mcp.cli.service import Service
from affino_mcp.cli.words import parse_moment
from affino_mcp.cli.words import parse_record as record_of
from affino_mcp.tool_errors import InvalidArgument, NotFound


def _known_channel(value: str | None) -> str | None:
    if value is not None and value not in CHANNELS:
        raise typer.BadParameter(f"there is no such channel: {', '.join(CHANNELS)}")
    return value


ProfileFilter = Annotated[str | None, typer.Option("--profile", help="Key or name.")]
PersonFilter = Annotated[
    str | None, typer.Option("--person", "--email", help="User code, e-mail address, or the demo's role.")
]
MethodFilter = Annotated[str | None, typer.Option("--method", help="The tool's name.")]
FamilyFilter = Annotated[Family | None, typer.Option("--family", help="One family's methods.")]
StatusFilter = Annotated[int | None, typer.Option("--status", help="200, 400, 401, 403, 404, 409, 429, 503 ...")]
OutcomeFilter = Annotated[Outcome | None, typer.Option("--outcome", help="How the call ended.")]
RecordFilter = Annotated[str | None, typer.Option("--record", metavar="FAMILY#CODE", help="accounts#12")]
SinceFilter = Annotated[str | None, typer.Option("--since", metavar="TIME", help="10m, 2h, 3d, or an ISO time.")]
UntilFilter = Annotated[str | None, typer.Option("--until", metavar="TIME", help="As --since.")]
RequestFilter = Annotated[
    str | None, typer.Option("--request", metavar="ID", help="The request id that a caller was told.")
]
ClientFilter = Annotated[
    str | None, typer.Option("--client-id", metavar="ID", help="The id that an app was let in under.")
]
ChannelFilter = Annotated[
    str | None, typer.Option("--channel", help=f"The way in: {', '.join(CHANNELS)}.", callback=_known_channel)
]
WordsFilter = Annotated[str | None, typer.Option("--words", help="Words in warnings and errors, all of them.")]
CommandFunction = Callable[..., None]


def build_log_query(
    service: Service,
    *,
    profile: ProfileFilter = None,
    person: PersonFilter = None,
    method: MethodFilter = None,
    family: FamilyFilter = None,
    status: StatusFilter = None,
    outcome: OutcomeFilter = None,
    record: RecordFilter = None,
    request: RequestFilter = None,
    client_id: ClientFilter = None,
    channel: ChannelFilter = None,
    words: WordsFilter = None,
    since: SinceFilter = None,
    until: UntilFilter = None,
) -> LogQuery:
    """The question that the options make; raises NotFound for an unknown person, BadParameter for a time or a record."""
    now = service.clock()
    begins, ends = parse_moment(since, now, "--since"), parse_moment(until, now, "--until")
    if begins and ends and begins > ends:
        raise typer.BadParameter(f"--until {until} is before --since {since}")
    return LogQuery(
        profile=_find_profile_key(service, profile) if profile else None,
        person=service.require_person(person).user_code if person else None,
        record=record_of(record),
        method=method,
        family=family and family.value,
        status=status,
        outcome=outcome,
        request_id=request,
        client_id=client_id,
        channel=channel,
        words=tuple((words or "").casefold().split()),
        since=begins,
        until=ends,
    )


def with_log_filters(*without: str) -> Callable[[CommandFunction], CommandFunction]:
    """Decorates a command with the options of `build_log_query`, except those in `without`.

    The command receives their values as the keyword argument `options`.
    """

    def given(command: CommandFunction) -> CommandFunction:
        own = inspect.signature(command, eval_str=True).parameters
        asked = inspect.signature(build_log_query, eval_str=True).parameters
        options = {name: found for name, found in asked.items() if name not in {"service", *without}}

        @functools.wraps(command)
        def asking(**values: Any) -> None:
            chosen = {name: values.pop(name) for name in options}
            command(**values, options=chosen)

        kept = {name: found for name, found in own.items() if name != "options"}
        first, *rest = kept.values()
        asking.__signature__ = inspect.Signature([first, *options.values(), *rest])  # type: ignore[attr-defined]
        asking.__annotations__ = {name: found.annotation for name, found in (kept | options).items()}
        return asking

    return given


def query_log(service: Service, asked: LogQuery) -> LogPage:
    """The answer of the API Log to a question. Raises InvalidArgument for a cursor that the log did not give."""
    try:
        return search_log(service.stores.database, service.settings.audit_table, asked, service.clock())
    except ValueError as error:
        raise InvalidArgument("cursor", "The cursor is not one of this log's.") from error


def iterate_rows(service: Service, asked: LogQuery, most: int) -> Iterator[AuditRow]:
    """The rows that match, newest first, at most `most`; holds one page of them in memory at a time."""
    left, part = most, replace(asked, limit=500)
    while left > 0:
        answer = query_log(service, part)
        yield from answer.rows[:left]
        left -= len(answer.rows)
        if answer.next is None:
            return
        part = replace(part, cursor=answer.next)


def list_recent_rows(service: Service, asked: LogQuery, back: timedelta) -> list[AuditRow]:
    """The rows of the time span `back` before now that match, oldest first, at most a thousand."""
    found = query_log(service, replace(asked, since=service.clock() - back, limit=1000)).rows
    return found[::-1]


def _find_profile_key(service: Service, key_or_name: str) -> str:
    try:
        return service.require_profile(key_or_name).profile.key
    except NotFound:
        if key_or_name == NO_PROFILE:
            return key_or_name
        print_note("There is no API Profile of this name or key now.")
        return key_or_name  # a deleted profile still has rows
