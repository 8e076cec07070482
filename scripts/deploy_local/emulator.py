"""Runs a MiniStack for one deployment: on loopback, with actions and resources of roles enforced, its state in a folder."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affino_mcp.local.network import reserved_port
from scripts.build import ROOT

EMULATOR_PROGRAM = ROOT / ".tools/emulator/bin/ministack"
ACCOUNT_KEY = "test"
"""The access key and the secret key of MiniStack's root account."""

EMULATED_SERVICES = (
    "s3,sts,iam,dynamodb,secretsmanager,lambda,apigateway,logs,monitoring,cloudformation,kms,xray,sns,sqs"
)
READY_SECONDS = 30


def find_python_version() -> str:
    """The version ("3.13") of the Python in which MiniStack and every function in it run."""
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.check_output([EMULATOR_PROGRAM.parent / "python", "-c", question], text=True).strip()


def aws_variables(endpoint: str, region: str) -> dict[str, str]:
    """The environment variables that connect any AWS tool to this MiniStack, as the root account."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT_KEY,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def run_emulator(folder: Path, region: str) -> Iterator[str]:
    """Runs MiniStack during the body; gives its URL. Raises TimeoutError with its log when it does not start."""
    own = {"BIND_HOST": "127.0.0.1", "AUTH": "true", "MINISTACK_REGION": region}
    own |= {
        "SERVICES": EMULATED_SERVICES,
        "IOT_MTLS_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder),
    }
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with reserved_port() as port, (folder / "ministack.log").open("w") as log:
        given = inherited | own | {"GATEWAY_PORT": str(port)}
        process = subprocess.Popen([EMULATOR_PROGRAM], env=given, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", process, folder / "ministack.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop_process(process)


def _wait_until_ready(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(READY_SECONDS * 10):
        try:
            urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"MiniStack did not start:\n{log.read_text()[-2000:]}")


def _stop_process(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
