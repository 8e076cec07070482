"""The credentials of this process, which sign its requests to AWS."""

from __future__ import annotations

from typing import Any

from affino_mcp.settings import read_key_environment
from affino_mcp.store.signature_v4 import AwsKeys
from affino_mcp.store.wire import AwsCredentials


def aws_credentials() -> AwsCredentials:
    """Gives the process's AWS credentials: those of its environment, else those that botocore finds and refreshes."""
    return LazyAwsCredentials()


class LazyAwsCredentials:
    """Looks credentials up when the first request is signed, because they change with a SnapStart restore."""

    def __init__(self) -> None:
        self._found: Any = None

    def get_frozen_credentials(self) -> AwsKeys:
        """See store.wire.AwsCredentials."""
        if self._found is None:
            self._found = _environment_credentials() or _lambda_credentials() or _default_chain_credentials()
        keys: AwsKeys = self._found.get_frozen_credentials()
        return keys


class FixedCredentials:
    """Credentials that stay as they are."""

    def __init__(self, keys: AwsKeys) -> None:
        self._keys = keys

    def get_frozen_credentials(self) -> AwsKeys:
        """See store.wire.AwsCredentials."""
        return self._keys


def _environment_credentials() -> FixedCredentials | None:
    """Those of the environment, as Lambda sets them for a function; None where it has none, or some of another form."""
    found = read_key_environment()
    if not found.access_key or not found.secret_key or found.needs_botocore:
        return None
    return FixedCredentials(AwsKeys(found.access_key, found.secret_key, found.token or None))


def load_providers() -> None:
    """Loads what looks credentials up outside the environment, before a snapshot is taken: 40 ms otherwise, once."""
    from botocore.credentials import ContainerProvider, EnvProvider  # noqa: F401, PLC0415 (slow to import)


def _lambda_credentials() -> Any:
    """A function's credentials after a SnapStart restore: its container's; those of the environment come first. Else None."""
    from botocore.credentials import ContainerProvider, EnvProvider  # noqa: PLC0415 (as above)

    return EnvProvider().load() or ContainerProvider().load()  # making the second loads certificates: 1 ms


def _default_chain_credentials() -> Any:
    """Credentials from botocore's default chain: a person's AWS profile, single sign-on, an instance's role."""
    from botocore.session import Session  # noqa: PLC0415 (slow to import; functions never come here)

    return Session().get_credentials()
