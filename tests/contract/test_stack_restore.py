"""`affino-mcp stack restore NAME` with tables in MiniStack, which copies the rows of now, whatever the moment."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from affino_mcp.cli.app import app
from affino_mcp.cli.stack_restore import PART_TABLES, StackPart
from affino_mcp.settings import Settings
from affino_mcp.store.point_in_time import RestoreRefused, TableRestore, TableRestorer
from tests.contract.stack_account import REGION, Account, run

pytestmark = pytest.mark.usefixtures("shell")


def enable_backups(account: Account, settings: Settings) -> None:
    for setting in PART_TABLES[StackPart.RECORDS]:
        account.client("dynamodb").update_continuous_backups(
            TableName=getattr(settings, setting),
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def test_records_are_restored_beside_the_present_ones(account: Account) -> None:
    """As far as MiniStack goes: it copies the rows of now, whatever the moment."""
    settings = account.deploy("lost")
    tables = account.client("dynamodb")
    tables.put_item(TableName=settings.records_table, Item={"pk": {"S": "accounts#1"}, "sk": {"S": "A"}})
    enable_backups(account, settings)
    planned = run("stack", "restore", "lost", "--at", "latest", "--dry-run")
    assert planned["restored"] is False
    assert {one["target"] for one in planned["tables"]}.isdisjoint(tables.list_tables()["TableNames"])
    found = run("stack", "restore", "lost", "--at", "latest")
    assert [one["source"] for one in found["tables"]] == [settings.records_table, settings.words_table]
    records, words = (one["target"] for one in found["tables"])
    assert found["deploy"] == (
        f"sam deploy --stack-name lost --parameter-overrides ExistingRecordsTable={records} ExistingWordsTable={words}"
    )
    assert tables.scan(TableName=records)["Count"] == 1
    assert tables.describe_table(TableName=records)["Table"]["DeletionProtectionEnabled"] is True
    expiry = tables.describe_time_to_live(TableName=words)["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "ttl")
    backups = tables.describe_continuous_backups(TableName=words)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_restore_that_was_interrupted_goes_on(account: Account) -> None:
    settings = account.deploy("again")
    enable_backups(account, settings)
    restorer = TableRestorer(REGION)
    moment = restorer.find_moment([settings.records_table], None)
    one = TableRestore(settings.records_table, "again-records")
    assert [restorer.begin(one, moment) for _ in range(2)] == [True, False]
    for _ in range(2):
        restorer.finish(one)


def test_a_moment_without_backups_is_refused_before_anything_is_done(account: Account) -> None:
    settings = account.deploy("early")
    before = account.client("dynamodb").list_tables()["TableNames"]
    off = run("stack", "restore", "early", "--at", "latest", code=1)
    assert "has no point-in-time recovery. Nothing was done." in str(off)
    enable_backups(account, settings)
    early = run("stack", "restore", "early", "--at", "2020-01-01T00:00:00Z", code=1)
    assert "not to 2020-01-01T00:00:00.000000Z. Nothing was done." in str(early)
    assert account.client("dynamodb").list_tables()["TableNames"] == before
    assert CliRunner().invoke(app, ["stack", "restore", "early", "--at", "noon"]).exit_code == 2


def test_a_table_that_is_gone_is_told_with_awss_word() -> None:
    with pytest.raises(RestoreRefused, match=r"ResourceNotFoundException|TableNotFoundException"):
        TableRestorer(REGION).find_moment(["nothing-here"], None)
