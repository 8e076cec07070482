"""The settings, read once from the environment; no other module reads the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field, fields
from functools import cache
from typing import NamedTuple

from affino_mcp.value_class import value_class

REFUSAL_ROWS_PER_MINUTE = 60
"""Refusals of one profile in one minute that each get a row in the API Log; the gate looks up the callers of as many."""
DEFAULT_CALLS_PER_MINUTE = 60
"""Calls per minute of a profile that was created without a rate."""
MAX_GRANT_DAYS = 90
"""The most days that a person's consent to an app holds."""


def _setting_field(variable: str, default: str, help_text: str) -> str:
    value: str = field(default=default, metadata={"variable": variable, "help": help_text})
    return value


@value_class
class Settings:
    """The settings of a deployment. Every field names the environment variable that sets it."""

    instance: str = _setting_field(
        "AFFINO_INSTANCE", "demo", "the instance's dbname: the second part of /rest/{dbname}/login"
    )
    stack: str = _setting_field("AFFINO_STACK", "local", "the stack's name, by which metrics are counted")
    stage: str = _setting_field("AFFINO_STAGE", "live", "the API's stage name; a path prefix on the default host name")
    domain: str = _setting_field("AFFINO_DOMAIN", "", "the service's own domain name; empty: API Gateway's address")
    base_path: str = _setting_field(
        "AFFINO_BASE_PATH", "", "the path below the own domain that leads here; empty: none"
    )
    public_url: str = _setting_field(
        "AFFINO_PUBLIC_URL", "", "the address (https://host, without a path) at which OAuth is served; empty: no OAuth"
    )
    publish_catalog: str = _setting_field(
        "AFFINO_PUBLISH_CATALOG", "no", "whether the AI catalogue at the host's root names this service: yes or no"
    )
    gate_table: str = _setting_field("AFFINO_GATE_TABLE", "affino-mcp-gate", "profile rows, sessions, people, counters")
    audit_table: str = _setting_field("AFFINO_AUDIT_TABLE", "affino-mcp-audit", "the API Log")
    records_table: str = _setting_field("AFFINO_RECORDS_TABLE", "affino-mcp-records", "the builtin instance's records")
    words_table: str = _setting_field("AFFINO_WORDS_TABLE", "affino-mcp-words", "the words that records are found by")
    media_bucket: str = _setting_field(
        "AFFINO_MEDIA_BUCKET", "affino-mcp-media", "the S3 bucket of media files and of imports"
    )
    credentials_table: str = _setting_field(
        "AFFINO_CREDENTIALS_TABLE", "affino-mcp-credentials", "password hashes (login only)"
    )
    secrets_prefix: str = _setting_field(
        "AFFINO_SECRETS_PREFIX", "affino-mcp/demo", "where profile secrets live in Secrets Manager"
    )
    allowed_origins: str = _setting_field(
        "AFFINO_ALLOWED_ORIGINS", "", "web origins that may call, separated by commas; empty: none"
    )
    aws_endpoint: str = _setting_field(
        "AFFINO_AWS_ENDPOINT", "", "one address for all AWS services (local run only); empty: AWS"
    )
    session_seconds: str = _setting_field(
        "AFFINO_SESSION_SECONDS", "3600", "how long an AccessToken works, 300 to 86,400 seconds; use never prolongs it"
    )
    grant_days: str = _setting_field(
        "AFFINO_GRANT_DAYS", "30", "how many days a person's consent to an app holds, 1 to 90; use never prolongs it"
    )
    client_registration: str = _setting_field(
        "AFFINO_CLIENT_REGISTRATION",
        "no",
        "whether apps may register themselves for OAuth (yes or no); nothing proves them",
    )
    instance_url: str = _setting_field(
        "AFFINO_INSTANCE_URL", "", "the instance whose people log in here (https://host); empty: the builtin one"
    )
    instance_certificates: str = _setting_field(
        "AFFINO_INSTANCE_CERTIFICATES",
        "",
        "the certificates (PEM) of the authorities that alone vouch for that instance; empty: the public authorities",
    )
    instance_writes: str = _setting_field(
        "AFFINO_INSTANCE_WRITES",
        "as-person",
        "whether writes go to an instance of version 1, which knows no person: as-person (never) or key-only",
    )
    on_mismatch: str = _setting_field(
        "AFFINO_ON_MISMATCH",
        "stop",
        "what follows when the instance attributes a write to another person: stop (the profile's writes) or report",
    )
    digest_bucket: str = _setting_field(
        "AFFINO_DIGEST_BUCKET", "affino-mcp-digests", "the S3 bucket of the API Log's digests"
    )
    digest_key: str = _setting_field(
        "AFFINO_DIGEST_KEY",
        "",
        "what signs the digests: the ARN of a KMS key, or the path of a key file; empty: no digests",
    )
    notices: str = _setting_field(
        "AFFINO_NOTICES",
        "",
        "where notices are sent: the ARN of an SNS topic, or the path of a file; empty: they are on their page alone",
    )
    time_zone: str = _setting_field(
        "AFFINO_TIME_ZONE", "UTC", "the IANA time zone of people who have none of their own, like Europe/London"
    )
    region: str = _setting_field("AWS_REGION", "eu-west-1", "the AWS region")

    @property
    def session_lifetime(self) -> int:
        """Seconds that an AccessToken is valid, within 300 to 86,400."""
        return min(max(int(self.session_seconds), 300), 86_400)

    @property
    def grant_lifetime(self) -> int:
        """Seconds that a person's consent to an app holds, within 1 to 90 days."""
        return min(max(int(self.grant_days), 1), MAX_GRANT_DAYS) * 24 * 3600

    @property
    def own_address(self) -> str:
        """The address below which the service's pages are, for texts outside it; empty without a domain of its own."""
        path = f"/{self.base_path}" if self.base_path else ""
        return f"https://{self.domain}{path}" if self.domain else ""

    @property
    def oauth_on(self) -> bool:
        """True when there is an OAuth door: the service has a public address, and its people are its own."""
        return bool(self.public_url) and not self.instance_url

    @property
    def registers_clients(self) -> bool:
        """True when there is an OAuth door and an operator lets apps register themselves there."""
        return self.oauth_on and self.client_registration == "yes"

    @property
    def catalog_address(self) -> str:
        """The address, without a path, at whose root a catalogue names this service; empty when none is published."""
        own = f"https://{self.domain}" if self.domain and not self.base_path else ""
        return (self.public_url or own) if self.publish_catalog == "yes" else ""

    @property
    def allowed_origin_set(self) -> frozenset[str]:
        """The allowed web origins as a set."""
        return frozenset(o.strip() for o in self.allowed_origins.split(",") if o.strip())


def settings_from_environment(environment: Mapping[str, str]) -> Settings:
    """Gives the settings from a mapping of variables; an absent or empty one takes the default."""
    given = {f.name: environment.get(f.metadata["variable"]) for f in fields(Settings)}
    return Settings(**{name: value for name, value in given.items() if value})


def environment_region() -> str:
    """Gives the region in AWS_REGION, empty when it is not set; boto3 itself reads only AWS_DEFAULT_REGION."""
    return os.environ.get("AWS_REGION", "")


def is_process_snapshotted() -> bool:
    """True when Lambda takes a snapshot of this process after its start (AWS Lambda Developer Guide, "SnapStart")."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


class TraceEnvironment(NamedTuple):
    """X-Ray's header of the present invocation, and the address of its daemon; empty where nothing is traced."""

    header: str
    daemon: str


_kept_trace: ContextVar[TraceEnvironment | None] = ContextVar("kept_trace", default=None)


def read_trace_environment() -> TraceEnvironment:
    """Gives what Lambda says of tracing now, or said when the work in hand began (`keep_trace_environment`)."""
    kept = _kept_trace.get()
    return kept or TraceEnvironment(
        os.environ.get("_X_AMZN_TRACE_ID", ""), os.environ.get("AWS_XRAY_DAEMON_ADDRESS", "")
    )


@contextmanager
def keep_trace_environment() -> Iterator[None]:
    """Reads what Lambda says of tracing once for the body, which is one invocation: Lambda sets it anew for each."""
    before = _kept_trace.set(read_trace_environment())
    try:
        yield
    finally:
        _kept_trace.reset(before)


class KeyEnvironment(NamedTuple):
    """AWS's credentials in the environment, empty where there are none; botocore alone reads those that expire or are older."""

    access_key: str
    secret_key: str
    token: str
    needs_botocore: bool


def read_key_environment() -> KeyEnvironment:
    """Gives the credentials that Lambda sets for a function without SnapStart, or a person in a shell."""
    return KeyEnvironment(
        os.environ.get("AWS_ACCESS_KEY_ID", ""),
        os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
        os.environ.get("AWS_SESSION_TOKEN", ""),
        needs_botocore=any(os.environ.get(name) for name in ("AWS_CREDENTIAL_EXPIRATION", "AWS_SECURITY_TOKEN")),
    )


@cache
def process_settings() -> Settings:
    """Gives this process's settings, read from its environment once."""
    return settings_from_environment(os.environ)
