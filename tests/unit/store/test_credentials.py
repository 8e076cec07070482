"""Where a function's credentials come from: its environment, or its container's endpoint after a SnapStart restore."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from botocore.credentials import EnvProvider

from affino_mcp.store.credentials import aws_credentials

FROM_CONTAINER = (
    b'{"AccessKeyId": "THEIRS", "SecretAccessKey": "s", "Token": "t", "Expiration": "2999-01-01T00:00:00Z"}'
)
NAMES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SECURITY_TOKEN",
)


class Container(BaseHTTPRequestHandler):
    """The endpoint of a restored function."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(FROM_CONTAINER)

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


@pytest.mark.parametrize(
    ("environment", "key"),
    [
        pytest.param(
            {NAMES[0]: "OURS", NAMES[1]: "s", NAMES[3]: "container"}, "OURS", id="the environment comes first"
        ),
        pytest.param({NAMES[3]: "container"}, "THEIRS", id="a restored function asks its container"),
        pytest.param(
            {NAMES[0]: "OURS", NAMES[1]: "s", NAMES[2]: "t", NAMES[4]: "2999-01-01T00:00Z"}, "OURS", id="that expire"
        ),
        pytest.param({NAMES[0]: "", NAMES[1]: "s", NAMES[3]: "container"}, "THEIRS", id="an empty key is none"),
    ],
)
def test_credentials_of_a_function(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], key: str) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    with HTTPServer(("127.0.0.1", 0), Container) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        for name, value in environment.items():
            monkeypatch.setenv(name, value.replace("container", f"http://127.0.0.1:{server.server_port}/"))
        assert aws_credentials().get_frozen_credentials().access_key == key
        server.shutdown()


@pytest.mark.parametrize(
    ("token", "old_token"),
    [
        pytest.param("", "", id="a person's"),
        pytest.param("t", "", id="a function's"),
        pytest.param("t", "older", id="with the former name of the token"),
    ],
)
def test_the_environment_is_read_as_botocore_reads_it(
    monkeypatch: pytest.MonkeyPatch, token: str, old_token: str
) -> None:
    for name, value in zip(NAMES, ("OURS", "s", token, "", "", old_token), strict=True):
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    ours, theirs = aws_credentials().get_frozen_credentials(), EnvProvider().load().get_frozen_credentials()
    assert (ours.access_key, ours.secret_key, ours.token) == (theirs.access_key, theirs.secret_key, theirs.token)
