"""The options of the commands that make and change profiles."""

from __future__ import annotations

from typing import Annotated

import typer

from affino_mcp.catalogue.list_mode import LIST_MODES, ListMode
from affino_mcp.cli.options import OnOff
from affino_mcp.gate.profiles.profile import PROFILE_OPTIONS
from affino_mcp.gate.profiles.profile_form import MAX_CALLS_PER_MINUTE

ProfileArgument = Annotated[str, typer.Argument(metavar="KEY", help="The profile's key or name.")]
SwitchesOption = Annotated[
    list[str] | None,
    typer.Option("--family", metavar="FAMILY=SWITCHES", help="read,write, read, write or off; may be repeated."),
]
RateOption = Annotated[
    int | None, typer.Option(min=1, max=MAX_CALLS_PER_MINUTE, help="Calls a minute, over all who use the profile.")
]
BurstOption = Annotated[
    int | None, typer.Option(min=1, max=MAX_CALLS_PER_MINUTE, help="Calls at once after a quiet time.")
]
ExpiresOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="The last day, until 24:00 UTC, like 2027-03-01; or never.")
]
AllowPersonOption = Annotated[
    list[str] | None,
    typer.Option(metavar="PERSON", help="Who may use it: e-mail address or code; repeated. Replaces who might before."),
]
AllowGroupOption = Annotated[
    list[str] | None,
    typer.Option(metavar="GROUP", help="Whose members may use it; repeated. Replaces who might before."),
]
AllowEverybodyOption = Annotated[bool, typer.Option("--allow-everybody", help="Everybody may use it.")]
AllowNetworkOption = Annotated[
    list[str] | None,
    typer.Option(metavar="CIDR", help="From where it may be used, like 192.0.2.0/24; repeated. Replaces those before."),
]
AllowAnywhereOption = Annotated[bool, typer.Option("--allow-anywhere", help="It may be used from everywhere.")]
ConnectGroupOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="GROUP",
        help="Whose members may connect apps or use connection tokens; repeated, replaces those before.",
    ),
]
ConnectNobodyOption = Annotated[
    bool, typer.Option("--connect-nobody", help="Nobody may connect apps or use connection tokens.")
]
NotesOption = Annotated[str | None, typer.Option(help="For operators.")]
ToolsOption = Annotated[
    ListMode | None,
    typer.Option(
        help="How its tools are listed. " + " ".join(f"{name}: {text.hint}" for name, text in LIST_MODES.items())
    ),
]
ReloginOption = Annotated[OnOff | None, typer.Option(help=PROFILE_OPTIONS["relogin"].hint)]
RestOption = Annotated[OnOff | None, typer.Option(help=PROFILE_OPTIONS["rest"].hint)]
ConfirmOption = Annotated[OnOff | None, typer.Option(help=PROFILE_OPTIONS["confirm"].hint)]
