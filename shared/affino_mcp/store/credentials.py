"""The credentials of this process, which sign its requests to AWS; botocore finds and refreshes them."""

from __future__ import annotations

from typing import Any

from botocore.credentials import ContainerProvider, EnvProvider

from affino_mcp.store.wire import AwsCredentials


def aws_credentials() -> AwsCredentials:
    """Gives the process's AWS credentials, found and refreshed by botocore."""
    return LazyAwsCredentials()


class LazyAwsCredentials:
    """Looks credentials up when the first request is signed, because they change with a SnapStart restore."""

    def __init__(self) -> None:
        self._found: Any = None

    def get_frozen_credentials(self) -> Any:
        """See store.wire.Credentials."""
        if self._found is None:
            self._found = _lambda_credentials() or _default_chain_credentials()
        return self._found.get_frozen_credentials()


def _lambda_credentials() -> Any:
    """A Lambda function's credentials: from its environment, or its container's after a SnapStart restore.

    Else None.
    """
    return EnvProvider().load() or ContainerProvider().load()  # making the second loads certificates: 1 ms


def _default_chain_credentials() -> Any:
    """Credentials from botocore's default chain: a person's AWS profile, single sign-on, an instance's role."""
    from botocore.session import Session  # noqa: PLC0415 (slow to import; functions never come here)

    return Session().get_credentials()
