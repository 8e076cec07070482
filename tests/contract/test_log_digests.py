"""Digests on the real adapters: a log on DynamoDB, its digests on S3, as the local run has both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from affino_mcp import housekeeping_wiring, wiring
from affino_mcp.audit.integrity.digest_archive import DigestArchive
from affino_mcp.audit.integrity.log_check import LogCheck
from affino_mcp.audit.integrity.window_rows import LogTable
from affino_mcp.audit.row import AuditRow, row_item, row_key
from affino_mcp.local import bucket
from affino_mcp.local.stores import open_digest_bucket, open_emulator_stores
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Delete, Put
from affino_mcp.store.signing import SignatureCheck, make_key_file
from tests.contract.conftest import EMULATED
from tests.unit.audit.rows import NOON, row

NOW = NOON + timedelta(minutes=40)


@dataclass
class Deployed:
    """A service on the emulator with four signed windows, and rows in the second and third."""

    settings: Settings
    rows: list[AuditRow]

    @property
    def stores(self) -> wiring.Stores:
        return open_emulator_stores(self.settings)

    @property
    def database(self) -> Database:
        return self.stores.database

    def close(self, minute: float) -> None:
        job = housekeeping_wiring.build_digest_job(self.stores, self.settings)
        assert job
        job.close_due(NOON + timedelta(minutes=minute))

    def wrong(self) -> list[str]:
        archive, signer = self.stores.archive, self.stores.signer
        assert archive
        assert signer
        log = LogTable(self.database, self.settings.audit_table)
        check = LogCheck(log, DigestArchive(archive), SignatureCheck(signer.public_key()))
        return [verdict.words for verdict in check.verify(NOON, NOW) if verdict.words != "ok"]

    def put(self, item: dict[str, object]) -> None:
        self.database.put(Put(self.settings.audit_table, item))

    def remove(self, of: AuditRow) -> None:
        self.database.delete(Delete(self.settings.audit_table, row_key(of)))


@pytest.fixture(params=[pytest.param("dynamo", marks=EMULATED)])
def deployed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployed]:
    request.getfixturevalue(request.param)
    emulated: Settings = request.getfixturevalue("emulated")
    make_key_file(tmp_path / "key.pem")
    own = replace(emulated, digest_bucket=f"digests-{uuid4().hex}", digest_key=str(tmp_path / "key.pem"))
    bucket.make_bucket(open_digest_bucket(own), own)
    found = Deployed(own, [row(NOON + timedelta(minutes=minute), arguments={"ä": [1, None]}) for minute in (6, 7, 11)])
    for each in found.rows:
        found.put(row_item(each))
    found.close(20)
    found.close(36)
    yield found
    for each in found.rows:
        found.remove(each)


def test_an_untouched_log_is_ok(deployed: Deployed) -> None:
    assert deployed.wrong() == []


def test_what_is_done_is_said_and_no_longer_when_it_is_taken_back(deployed: Deployed) -> None:
    first, second, third = deployed.rows
    forged = row(NOON + timedelta(minutes=17))
    deployed.put(row_item(first) | {"status": 403})
    deployed.remove(third)
    deployed.put(row_item(forged))
    assert deployed.wrong() == [f"changed {first.id}", f"missing 1 ({third.id})", f"added {forged.id}"]
    deployed.remove(forged)
    deployed.put(row_item(first))
    deployed.put(row_item(third))
    assert deployed.wrong() == []
    deployed.put({name: value for name, value in row_item(second).items() if name != "everybody"})
    assert deployed.wrong() == [f"missing 1 ({second.id})"]
    deployed.put(row_item(second))


def test_a_removed_digest_is_said_and_no_longer_when_it_is_put_back(deployed: Deployed) -> None:
    archive = deployed.stores.archive
    assert archive
    key = archive.list_keys("digests/")[1]
    content = archive.read(key)
    assert content
    open_digest_bucket(deployed.settings).delete(key)
    assert deployed.wrong() == ["no digest"]
    assert archive.add(key, content)
    assert deployed.wrong() == []
