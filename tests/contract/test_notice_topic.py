"""A notice that is published to a topic of MiniStack arrives at what is subscribed to it, as it was written."""

from __future__ import annotations

import json

import pytest

from affino_mcp.local.stores import EmulatorCredentials
from affino_mcp.store.faults import AccessRefused
from affino_mcp.store.given_up import GivenUpCall
from affino_mcp.store.notice_senders import SnsTopic
from tests.contract.stack_account import REGION, Account


def test_what_is_published_arrives(account: Account, account_endpoint: str) -> None:
    topics, queues = account.client("sns"), account.client("sqs")
    topic = topics.create_topic(Name="alarms")["TopicArn"]
    queue = queues.create_queue(QueueName="mailbox")["QueueUrl"]
    address = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": address,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=address)
    SnsTopic(topic, EmulatorCredentials(), account_endpoint).send("New secret: Newsroom", "Zoë & “co” made one.\n+1")
    (message,) = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=2)["Messages"]
    body = json.loads(message["Body"])
    assert (body["Subject"], body["Message"]) == ("Affino MCP: New secret: Newsroom", "Zoë & “co” made one.\n+1")


def test_a_topic_that_is_gone_is_for_an_operator(account_endpoint: str) -> None:
    given_up: list[GivenUpCall] = []
    gone = f"arn:aws:sns:{REGION}:000000000000:gone"
    with pytest.raises(AccessRefused):
        SnsTopic(gone, EmulatorCredentials(), account_endpoint, given_up.append).send("title", "text")
    assert [(call.place, call.error) for call in given_up] == [("gone", "NotFound")]
