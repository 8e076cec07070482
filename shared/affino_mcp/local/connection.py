"""The connection file: how to reach a service and its stores, with the demo's credentials. Only its owner may read it."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from affino_mcp.errors import AffinoError
from affino_mcp.settings import Settings


class NoConnection(AffinoError):
    """There is no connection file, or it is none of ours."""

    type = "no_connection"


@dataclass(frozen=True)
class Connection:
    """A service as its clients and operators reach it.

    `profiles` maps names to key and secret, `people` roles to e-mail, password and user code; `headers` are ready to use.
    `stores` is for operators' commands: the emulator's endpoint and the names of tables and secrets.
    """

    mcp_url: str
    login_url: str
    dbname: str
    control_url: str = ""
    profiles: dict[str, dict[str, str]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The settings that the service runs with."""
        return Settings(**self.stores)


def stores(settings: Settings) -> dict[str, str]:
    """The `stores` of a service's connection."""
    return asdict(settings)


def read(path: Path) -> Connection:
    """The connection in a file; raises NoConnection, saying what to do."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _sound(Connection(**{f.name: document[f.name] for f in fields(Connection) if f.name in document}))
    except FileNotFoundError:
        advice = "Start the service with 'make run' in this folder, or name its file with --connection FILE."
        raise NoConnection(f"There is no connection file {path}. {advice}") from None
    except (OSError, ValueError, TypeError, AttributeError):
        advice = "'make run' writes one that fits this version."
        raise NoConnection(f"{path} is not a connection file that can be read. {advice}") from None


def _is_url(text: str) -> bool:
    return text.startswith("http") and text.isprintable()


def _sound(found: Connection) -> Connection:
    """The connection itself; raises ValueError or TypeError when it has not the form that commands rely on."""
    parts = (found.profiles, found.people, found.headers, found.stores)
    urls = (found.mcp_url, found.login_url, found.settings.aws_endpoint)
    if not all(isinstance(part, dict) for part in parts) or not all(map(_is_url, urls)):
        raise ValueError("not a connection")
    return found


def write(path: Path, connection: Connection) -> None:
    """Write the file whole or not at all, readable by its owner only (mode 0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(connection), file, indent=2, ensure_ascii=False)
        file.write("\n")
    Path(name).replace(path)
