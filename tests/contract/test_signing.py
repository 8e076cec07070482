"""Signers: a key file and a key of an emulated KMS make signatures that the public key alone can check."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.local.network import reserved_port
from affino_mcp.local.stores import EmulatorCredentials
from affino_mcp.store.faults import AccessRefused, StoreUnavailable
from affino_mcp.store.given_up import GivenUpCall
from affino_mcp.store.signing import (
    KMS_TARGET,
    KeyFileSigner,
    KmsSigner,
    NoPublicKey,
    SignatureCheck,
    Signer,
    make_key_file,
    open_signer,
)
from affino_mcp.store.wire import AwsJsonEndpoint
from scripts.deploy_local import emulator
from tests.contract.conftest import EMULATED

REGION = "eu-west-1"


def kms(endpoint: str, told: list[GivenUpCall] | None = None) -> AwsJsonEndpoint:
    report = (told if told is not None else []).append
    return AwsJsonEndpoint("kms", KMS_TARGET, "1.1", endpoint, REGION, EmulatorCredentials(), report)


@pytest.fixture(scope="module")
def emulated_kms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with emulator.run_emulator(tmp_path_factory.mktemp("kms"), REGION) as endpoint:
        yield endpoint


@pytest.fixture(params=["file", pytest.param("kms", marks=EMULATED)], scope="module")
def signer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Signer:
    if request.param == "file":
        path = tmp_path_factory.mktemp("key") / "key.pem"
        make_key_file(path)
        return KeyFileSigner(path)
    endpoint: str = request.getfixturevalue("emulated_kms")
    wanted = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
    key = kms(endpoint).call_operation("CreateKey", wanted)["KeyMetadata"]["Arn"]
    found = open_signer(key, lambda: kms(endpoint))
    assert isinstance(found, KmsSigner)
    return found


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=10_000), st.binary(max_size=20))
def test_a_signature_is_of_one_message(signer: Signer, message: bytes, other: bytes) -> None:
    check, signature = SignatureCheck(signer.public_key()), signer.sign(message)
    assert check.is_valid(message, signature)
    assert check.is_valid(other, signature) == (other == message)
    assert not check.is_valid(message, signature[:-1])
    assert not check.is_valid(message, other)


def test_a_key_file_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    make_key_file(path)
    before = path.read_bytes()
    make_key_file(path)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    beside = (tmp_path / "key.pub.pem").read_text()
    assert beside == KeyFileSigner(path).public_key()
    assert "PRIVATE" not in beside


@pytest.mark.parametrize(
    "content", [None, b"", b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"], ids=str
)
def test_a_key_file_that_holds_no_key_is_unavailable(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    for deed in (lambda: KeyFileSigner(path).sign(b"x"), KeyFileSigner(path).public_key):
        with pytest.raises(StoreUnavailable):
            deed()


RSA = """-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMlyc61DeJj9TK/ocMnDJ6U3rESf57wPgOCj7VMPEKCPJzqC2T2AhqQpMGvpRApH7DgvEf2JxDJ5OfD2L2IFDVECAwEAAQ==
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize(
    "pem", ["", "nothing", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", RSA], ids=str
)
def test_only_a_public_key_of_the_curve_can_check(pem: str) -> None:
    with pytest.raises(NoPublicKey):
        SignatureCheck(pem)


@pytest.mark.parametrize("service", [pytest.param("emulated_kms", marks=EMULATED)])
def test_a_key_that_is_not_there_is_an_operators_matter_and_reported(
    service: str, request: pytest.FixtureRequest
) -> None:
    told: list[GivenUpCall] = []
    signer = KmsSigner(kms(request.getfixturevalue(service), told), "arn:aws:kms:eu-west-1:000000000000:key/none")
    with pytest.raises(AccessRefused):
        signer.sign(b"x")
    assert [(call.service, call.operation, call.error) for call in told] == [("kms", "Sign", "NotFoundException")]


def test_a_kms_that_does_not_answer_is_unavailable_and_nothing_was_written() -> None:
    with reserved_port() as port:
        signer = KmsSigner(kms(f"http://127.0.0.1:{port}"), "arn:key")
        with pytest.raises(StoreUnavailable) as caught:
            signer.sign(b"x")
    assert type(caught.value) is StoreUnavailable


def test_without_a_key_nothing_signs() -> None:
    assert open_signer("", lambda: kms("")) is None
