"""Signatures of the store's requests against botocore's own signer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.store.signature_v4 import AwsKeys, PostSigner

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
WORDS = st.text("abcXYZ019-._", min_size=1, max_size=20)
VALUES = st.text("abc XYZ019-_./=;:,+\t", min_size=1, max_size=40).filter(str.strip)
KEYS = st.builds(AwsKeys, WORDS, st.text(st.characters(codec="ascii", exclude_categories=["C"])), st.none() | WORDS)
HOSTS = st.sampled_from(("dynamodb.eu-west-1.amazonaws.com", "127.0.0.1:8000", "[::1]:9"))


def sign_by_botocore(
    headers: dict[str, str], body: bytes, keys: AwsKeys, moment: datetime, place: tuple[str, str]
) -> str:
    """Gives the Authorization of botocore's signer, whose steps are taken one by one, since it signs only now."""
    signer = SigV4Auth(keys, *place)
    sent = {**headers, "X-Amz-Date": moment.strftime(SIGV4_TIMESTAMP)}
    request = AWSRequest("POST", f"http://{headers['Host']}/", data=body, headers=sent)
    request.context["timestamp"] = sent["X-Amz-Date"]
    if keys.token:
        request.headers["X-Amz-Security-Token"] = keys.token
    text = signer.string_to_sign(request, signer.canonical_request(request))
    names = signer.signed_headers(signer.headers_to_sign(request))
    signature = signer.signature(text, request)
    return f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, Signature={signature}"


@given(
    HOSTS,
    st.dictionaries(st.sampled_from(("Content-Type", "X-Amz-Target", "x-other")), VALUES),
    st.binary(max_size=60),
    KEYS,
    MOMENTS,
    st.tuples(WORDS, WORDS),
)
def test_signs_as_botocore_does(
    host: str, headers: dict[str, str], body: bytes, keys: AwsKeys, moment: datetime, place: tuple[str, str]
) -> None:
    sent = {"Host": host, **headers}
    signed = PostSigner(*place).sign(sent, body, keys, moment)
    assert signed["Authorization"] == sign_by_botocore(sent, body, keys, moment, place)
    assert signed.get("X-Amz-Security-Token") == keys.token
    assert {name: signed[name] for name in sent} == sent


DAY = timedelta(days=1)
NOW = datetime(2026, 11, 27, 23, 59, 59, tzinfo=UTC)
KEY = AwsKeys("AKIDEXAMPLE", "secret")


@pytest.mark.parametrize(
    ("keys", "moment"),
    [
        pytest.param(KEY, NOW + DAY, id="the next day"),
        pytest.param(KEY._replace(secret_key="fresh"), NOW, id="another secret"),
        pytest.param(KEY._replace(access_key="AKIDOTHER"), NOW, id="another key"),
        pytest.param(KEY._replace(token="t"), NOW, id="a token"),
    ],
)
def test_one_signer_goes_on_after_a_change(keys: AwsKeys, moment: datetime) -> None:
    place, headers = ("dynamodb", "eu-west-1"), {"Host": "localhost"}
    signer = PostSigner(*place)
    for used, when in ((KEY, NOW), (keys, moment), (KEY, NOW)):
        signed = signer.sign(headers, b"{}", used, when)
        assert signed["Authorization"] == sign_by_botocore(headers, b"{}", used, when, place)


def test_a_published_example() -> None:
    """AWS's test suite of Signature Version 4, "post-vanilla"."""
    keys = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    signed = PostSigner("service", "us-east-1").sign(
        {"Host": "example.amazonaws.com"}, b"", keys, datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    )
    assert signed["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "
        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )
