"""The connection file, which its owner alone may read: a service's URLs and stores, and the demo's credentials."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, field, fields
from pathlib import Path
from typing import Any

from affino_mcp.errors import AffinoError
from affino_mcp.settings import Settings
from affino_mcp.value_class import value_class


class ConnectionUnusable(AffinoError):
    """There is no connection file, or the file is not a valid one."""

    type = "no_connection"


@value_class
class Connection:
    """The URLs of a service, and what its clients and operators need to use it.

    `profiles` maps names to key and secret, `people` roles to e-mail, password and user code; `headers` are the three
    headers of a ready session, which is that of the person with the address `headers_person` and ends at `headers_expire`
    (ISO 8601). `stores` holds the settings: the emulator's endpoint, the names of tables and secrets.
    """

    mcp_url: str
    login_url: str
    dbname: str
    control_url: str = ""
    profiles: dict[str, dict[str, str]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    headers_person: str = ""
    headers_expire: str = ""

    @property
    def settings(self) -> Settings:
        """The settings that the service runs with."""
        return Settings(**self.stores)


def store_settings(settings: Settings) -> dict[str, str]:
    """The settings of a service in the form of the field `store_settings` of its connection."""
    return asdict(settings)


def read_connection(path: Path) -> Connection:
    """Reads the connection from a file. Raises ConnectionUnusable with a text that says what to do."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _validate_connection(
            Connection(**{f.name: document[f.name] for f in fields(Connection) if f.name in document})
        )
    except FileNotFoundError:
        advice = "Start the service with 'make run' in this folder, or name its file with --connection FILE."
        raise ConnectionUnusable(f"There is no connection file {path}. {advice}") from None
    except (OSError, ValueError, TypeError, AttributeError):
        advice = "'make run' writes one that fits this version."
        raise ConnectionUnusable(f"{path} is not a connection file that can be read. {advice}") from None


def _is_url(text: str) -> bool:
    return text.startswith("http") and text.isprintable()


def _validate_connection(found: Connection) -> Connection:
    """The connection itself. Raises ValueError or TypeError when its fields are not of the form that commands need."""
    parts = (found.profiles, found.people, found.headers, found.stores)
    urls = (found.mcp_url, found.login_url, found.settings.aws_endpoint)
    if not all(isinstance(part, dict) for part in parts) or not all(map(_is_url, urls)):
        raise ValueError("not a connection")
    return found


def write_connection(path: Path, connection: Connection) -> None:
    """Writes the file atomically, readable by its owner only (mode 0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(connection), file, indent=2, ensure_ascii=False)
        file.write("\n")
    Path(name).replace(path)
