"""Runs MiniStack as DynamoDB, Secrets Manager and S3: on loopback, with its state in the state folder."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Final

from affino_mcp.local.network import is_answering, reserved_port
from affino_mcp.local.places import EMULATOR_PROGRAM, LOOPBACK
from affino_mcp.local.process import ChildProcess, DidNotStart

EMULATOR_NAME: Final = "emulator"
EMULATOR_START_SECONDS: Final = 30
EMULATOR_STOP_SECONDS: Final = 30


class Emulator:
    """A running MiniStack, which saves its state when it is stopped."""

    def __init__(self, state: Path, region: str) -> None:
        if not EMULATOR_PROGRAM.exists():
            raise DidNotStart(f"The emulator is not installed ({EMULATOR_PROGRAM}). 'make run' installs it.")
        self._reserved = ExitStack()
        port = self._reserved.enter_context(reserved_port())
        self.endpoint = f"http://{LOOPBACK}:{port}"
        self.child = ChildProcess(EMULATOR_NAME, [EMULATOR_PROGRAM], emulator_variables(state, port, region), state)

    def wait_until_ready(self) -> None:
        """Waits until MiniStack answers. Raises DidNotStart."""
        with self._reserved:
            self.child.wait_until(lambda: is_answering(f"{self.endpoint}/_ministack/ready"), EMULATOR_START_SECONDS)


def emulator_variables(state: Path, port: int, region: str) -> dict[str, str]:
    """The environment variables that configure MiniStack; makes its data folder."""
    data = state.resolve() / "data"
    data.mkdir(parents=True, exist_ok=True)
    return {
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": region,
        "SERVICES": "dynamodb,secretsmanager,s3",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(data),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(data / "s3"),
        "TMPDIR": str(data),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "false",
        "USE_SSL": "0",
        "LOG_LEVEL": "WARNING",
    }
