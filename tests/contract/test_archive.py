"""Archives: the one in memory and the one on an emulated S3 give the same answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest

from affino_mcp.audit.integrity.digest import Digest, sign_digest
from affino_mcp.audit.integrity.digest_archive import DigestArchive
from affino_mcp.local import bucket
from affino_mcp.local.network import reserved_port
from affino_mcp.local.stores import open_digest_bucket
from affino_mcp.settings import Settings
from affino_mcp.store.archive import MAX_KEYS_PER_LIST, Archive, S3Archive
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.testing.memory_archive import MemoryArchive
from tests.contract.conftest import EMULATED
from tests.unit.audit.integrity.sealed_log import MemorySigner

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("s3", marks=EMULATED)])
def archive(request: pytest.FixtureRequest) -> Archive:
    if request.param == "memory":
        return MemoryArchive()
    emulated: Settings = request.getfixturevalue("emulated")
    own = replace(emulated, digest_bucket=f"digests-{uuid4().hex}")
    bucket.make_bucket(open_digest_bucket(own), own)
    return S3Archive(open_digest_bucket(own))


def test_an_object_is_added_once(archive: Archive) -> None:
    assert archive.add("digests/one", b"first")
    assert not archive.add("digests/one", b"second")
    assert not archive.add("digests/one", b"first")
    assert archive.read("digests/one") == b"first"
    assert archive.read("digests/none") is None


def test_of_many_who_add_one_object_one_has_added_it(archive: Archive) -> None:
    start, added = Barrier(8), list[bytes]()

    def add(content: bytes) -> None:
        start.wait()
        if archive.add("digests/race", content):
            added.append(content)

    threads = [Thread(target=add, args=(bytes([65 + number]),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [archive.read("digests/race")] == added


def test_keys_are_listed_in_order_after_a_key_below_a_prefix(archive: Archive) -> None:
    for key in ("digests/2", "digests/1", "digests/10", "other/1", "digests/a&b"):
        archive.add(key, b"x")
    assert archive.list_keys("digests/") == ["digests/1", "digests/10", "digests/2", "digests/a&b"]
    assert archive.list_keys("digests/", after="digests/10") == ["digests/2", "digests/a&b"]
    assert archive.list_keys("digests/", after="digests/z") == []
    assert archive.list_keys("nothing/") == []


def test_digests_of_more_than_one_list_are_all_found(archive: Archive) -> None:
    digests, signer = DigestArchive(archive), MemorySigner()
    signature = signer.sign(b"")
    for number in range(MAX_KEYS_PER_LIST + 5):
        begins = START + number * timedelta(seconds=1)
        digest = Digest(begins, begins + timedelta(seconds=1), 0, "", "", (), begins)
        assert digests.add(replace(sign_digest(signer, digest, ()), signature=signature))
    found = list(digests.list_begins(START, START + timedelta(days=1)))
    assert (len(found), found[-1]) == (MAX_KEYS_PER_LIST + 5, begins)
    assert len(list(digests.list_begins(START + timedelta(seconds=2), START + timedelta(seconds=8)))) == 7
    last = digests.find_last(START + timedelta(days=1))
    assert last
    assert last.begins == begins


def test_an_archive_that_does_not_answer_is_unavailable() -> None:
    with reserved_port() as port:
        archive = S3Archive(open_digest_bucket(Settings(aws_endpoint=f"http://127.0.0.1:{port}")))
        for deed in (lambda: archive.add("k", b""), lambda: archive.read("k"), lambda: archive.list_keys("")):
            with pytest.raises(StoreUnavailable):
                deed()


@pytest.mark.parametrize("service", [pytest.param("emulated", marks=EMULATED)])
def test_a_bucket_that_is_not_there_is_unavailable(service: str, request: pytest.FixtureRequest) -> None:
    emulated: Settings = request.getfixturevalue(service)
    archive = S3Archive(open_digest_bucket(replace(emulated, digest_bucket="nobodys-bucket")))
    for deed in (lambda: archive.add("k", b""), lambda: archive.list_keys("")):
        with pytest.raises(StoreUnavailable):
            deed()
