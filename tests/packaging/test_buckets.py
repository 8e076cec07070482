"""Properties of the stack's buckets, and of the key that signs what is in one of them."""

import pytest

from affino_mcp.audit.integrity.digest import FOLDER
from affino_mcp.audit.row import RETENTION_DAYS
from affino_mcp.control_edge.record_files.exchange_store import EXCHANGE_PREFIX
from affino_mcp.store.files import UPLOADS_PREFIX
from scripts.expand import Template, resources_of_type
from tests.packaging.test_permissions import CONTROL, HOUSE, LOGIN, MCP, statements

BUCKETS = ["MediaBucket", "DigestBucket"]


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_private_encrypted_versioned_and_kept(template: Template, name: str) -> None:
    assert sorted(resources_of_type(template, "AWS::S3::Bucket")) == sorted(BUCKETS)
    bucket = template["Resources"][name]
    properties = bucket["Properties"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (encryption,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    condition, own, default = encryption["ServerSideEncryptionByDefault"]["Fn::If"]
    assert (condition, own["SSEAlgorithm"], default["SSEAlgorithm"]) == ("HasKey", "aws:kms", "AES256")
    assert bucket["Condition"] == f"Makes{name}"
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "CorsConfiguration" not in properties, "no browser uploads"
    assert "BucketName" not in properties, "a fixed name forbids a second stack and a replacement"


def test_uploads_that_nobody_attached_and_imports_expire_and_files_do_not(template: Template) -> None:
    rules = template["Resources"]["MediaBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {rule.get("Prefix") for rule in rules if "ExpirationInDays" in rule} == {UPLOADS_PREFIX, EXCHANGE_PREFIX}


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_reached_over_tls_alone(template: Template, name: str) -> None:
    policy = template["Resources"][f"{name}Policy"]["Properties"]
    assert policy["Bucket"] == {"Ref": name}
    (statement,) = [each for each in policy["PolicyDocument"]["Statement"] if each["Sid"] == "OnlyOverTls"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_digests_are_locked_as_long_as_rows_are_kept_and_expire_after_them(written: Template) -> None:
    properties = written["Resources"]["DigestBucket"]["Properties"]
    assert properties["ObjectLockEnabled"] is True
    condition, locked, unlocked = properties["ObjectLockConfiguration"]["Fn::If"]
    assert (condition, unlocked) == ("DigestsAreLocked", {"Ref": "AWS::NoValue"})
    assert locked["Rule"]["DefaultRetention"] == {"Mode": {"Ref": "DigestLock"}, "Days": RETENTION_DAYS}
    assert written["Parameters"]["DigestLock"]["Default"] == "COMPLIANCE"
    (rule,) = properties["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] > RETENTION_DAYS + 2, "DynamoDB removes an expired row within two days"


def test_digests_are_signed_by_a_key_that_stays(template: Template) -> None:
    (key,) = resources_of_type(template, "AWS::KMS::Key").values()
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert (key["Properties"]["KeySpec"], key["Properties"]["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_digests_are_signed_and_added_by_housekeeping_alone(template: Template) -> None:
    found = {each["Sid"]: each for each in statements(template, HOUSE)}
    assert found["DigestSignatures"]["Action"] == "kms:Sign"
    assert found["DigestSignatures"]["Resource"] == {"Fn::GetAtt": ["DigestKey", "Arn"]}
    assert set(found["Digests"]["Action"]) == {"s3:GetObject", "s3:PutObject"}
    assert found["Digests"]["Resource"] == {"Fn::Sub": "${DigestBucket.Arn}/" + FOLDER + "*"}
    for role in (MCP, LOGIN, CONTROL):
        assert "Digest" not in str(statements(template, role))
        assert "kms:" not in str(statements(template, role))


def test_a_digest_is_added_once_and_over_tls(template: Template) -> None:
    (policy,) = [
        each["Properties"]["PolicyDocument"]["Statement"]
        for each in resources_of_type(template, "AWS::S3::BucketPolicy").values()
        if each["Properties"]["Bucket"] == {"Ref": "DigestBucket"}
    ]
    assert [(each["Sid"], each["Effect"], each["Principal"]) for each in policy] == [
        ("OnlyOverTls", "Deny", "*"),
        ("OnlyOnce", "Deny", "*"),
    ]
    assert policy[1]["Condition"] == {"Null": {"s3:if-none-match": "true"}}
