"""`affino-mcp signing`: how software signs a login request, with an example to check it against."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import typer

from affino_mcp.admin.signing_example import SigningExample
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json
from affino_mcp.cli.service import open_service

_SIGNING_HELP: Final = """
Headers: APIKey, TimeStamp (UTC with milliseconds, at most 5 minutes off), MD5 (of the body, capital hex; none without
a body), Signature: SHA-512 in capital hex of method, path, MD5, API Secret and TimeStamp, joined by '+'. Each signature
is good for one request.

An example to check yours against:
"""


def signing(ctx: typer.Context, *, as_json: JsonOption = False, connection: ConnectionOption = None) -> None:
    """How a login request is signed, as User Help says it in the browser; with an example to check yours against.

    Example: affino-mcp signing --json
    """
    service = open_service(ctx, connection)
    example = {
        "url": service.connection.login_url,
        "method": "POST",
        **asdict(SigningExample.from_instance_name(service.connection.dbname)),
    }
    if as_json:
        print_json(example)
        return
    typer.echo(f"POST {service.connection.login_url} answers AccessToken, Expires and RefreshToken.{_SIGNING_HELP}")
    print_fields(example)
