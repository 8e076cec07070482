"""Runs MiniStack as DynamoDB, Secrets Manager and S3: on loopback, with its state in the state folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from affino_mcp.local.network import answers, free_port
from affino_mcp.local.places import EMULATOR, HOST
from affino_mcp.local.process import Child, DidNotStart

NAME: Final = "emulator"
START_SECONDS: Final = 30
STOP_SECONDS: Final = 30


class Emulator:
    """A running MiniStack, which saves its state when it is stopped."""

    def __init__(self, state: Path, region: str) -> None:
        if not EMULATOR.exists():
            raise DidNotStart(f"The emulator is not installed ({EMULATOR}). 'make run' installs it.")
        self.endpoint = f"http://{HOST}:{(port := free_port())}"
        self.child = Child(NAME, [EMULATOR], variables(state, port, region), state)

    def wait(self) -> None:
        """Waits until MiniStack answers. Raises DidNotStart."""
        self.child.wait_until(lambda: answers(f"{self.endpoint}/_ministack/ready"), START_SECONDS)


def variables(state: Path, port: int, region: str) -> dict[str, str]:
    """The environment variables that configure MiniStack; makes its data folder."""
    data = state.resolve() / "data"
    data.mkdir(parents=True, exist_ok=True)
    return {
        "BIND_HOST": HOST,
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
