"""Fetching a document from a host that somebody else chose: what is refused, and that nothing inside is connected to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, count, repeat

import pytest

from affino_mcp.login_edge.oauth.fetch import FETCH_SECONDS, DocumentFetcher, FetchRefused
from tests.unit.login_edge.oauth.document_host import HOST, PUBLIC_ADDRESS, DocumentHost

CONTENT = b'{"client_name": "Claude"}'


@pytest.fixture
def host(running: DocumentHost) -> DocumentHost:
    running.forget()
    running.serve("/c", CONTENT, "Cache-Control: max-age=600")
    return running


def refusal(fetcher: DocumentFetcher, name: str = HOST) -> str:
    with pytest.raises(FetchRefused) as refused:
        fetcher.fetch(name, "/c")
    return refused.value.reason


def test_a_document_and_what_is_asked_for(host: DocumentHost) -> None:
    found = host.fetcher.fetch(HOST, "/c")
    assert found.content == CONTENT
    assert found.cache_headers["cache-control"] == "max-age=600"
    (request,) = host.requests
    assert request.startswith(f"GET /c HTTP/1.1\r\nHost: {HOST}\r\n")
    assert "Accept-Encoding: identity" in request
    assert not any(word in request.lower() for word in ("cookie", "authorization", "referer"))
    assert (host.resolved, host.dialled) == ([HOST], [PUBLIC_ADDRESS])


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["fe80::1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"], ["2001:0:7f00:1::f5ff:fffe"], ["224.0.0.1"], ["fd00:ec2::254"], ["0.0.0.0"], [],
        [PUBLIC_ADDRESS, "127.0.0.1"], ["8.8.8.8"] * 9 + ["10.0.0.1"], ["2130706433"],
    ],
)  # fmt: skip
def test_nothing_inside_is_connected_to(host: DocumentHost, addresses: Sequence[str]) -> None:
    host.addresses = addresses
    assert refusal(host.fetcher) == "address_not_public"
    assert (host.dialled, host.requests) == ([], [])


def test_a_name_that_changes_between_check_and_connection(host: DocumentHost) -> None:
    answers = chain([[PUBLIC_ADDRESS]], repeat(["127.0.0.1"]))
    assert replace(host.fetcher, resolve=lambda name: next(answers)).fetch(HOST, "/c").content == CONTENT
    assert host.dialled == [PUBLIC_ADDRESS]


def test_a_second_address_is_tried(host: DocumentHost) -> None:
    def dial(address: str, seconds: float) -> object:
        if address == "8.8.8.8":
            raise ConnectionRefusedError
        return host.dial(address, seconds)

    host.addresses = ["8.8.8.8", PUBLIC_ADDRESS]
    assert replace(host.fetcher, dial=dial).fetch(HOST, "/c").content == CONTENT  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", "redirected"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "not_found"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}", "not_json"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "not_json"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b", "encoded"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}", "no_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b" " * 5121, "too_long"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n" + b" " * 5121, "too_long"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}", "no_answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 6000, "no_answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 2000, "too_long"),
        (b"SSH-2.0-OpenSSH\r\n", "no_answer"),
        (b"", "no_answer"),
    ],
)  # fmt: skip
def test_answers_that_are_no_document(host: DocumentHost, raw: bytes, reason: str) -> None:
    host.answers["/c"] = raw
    assert refusal(host.fetcher) == reason
    assert len(host.dialled) == 1


def test_the_longest_document_and_other_framings(host: DocumentHost) -> None:
    host.serve("/c", b" " * 5120, "Content-Type: application/json; charset=utf-8")
    assert len(host.fetcher.fetch(HOST, "/c").content) == 5120
    host.answers["/c"] = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/cimd+json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    )
    assert host.fetcher.fetch(HOST, "/c").content == b"{}"


def test_a_certificate_of_another_name_and_of_nobody_known(host: DocumentHost) -> None:
    assert refusal(host.fetcher, "other.example") == "no_answer"
    assert refusal(DocumentFetcher(host.resolve, host.dial)) == "no_answer"
    assert host.requests == []


def test_the_time_of_all_reads_together_is_bounded(host: DocumentHost) -> None:
    ticks = count()
    slow = replace(host.fetcher, new_deadline=lambda most: lambda: most if most < FETCH_SECONDS else 1 - next(ticks))
    assert refusal(slow) == "too_slow"
    assert len(host.dialled) == 1


def test_a_name_that_is_not_answered_in_time(host: DocumentHost) -> None:
    def no_such_name(name: str) -> Sequence[str]:
        raise OSError(name)

    def never(name: str) -> Sequence[str]:
        raise TimeoutError

    def too_long_label(name: str) -> Sequence[str]:
        raise UnicodeError(name)

    found = [refusal(replace(host.fetcher, resolve=one)) for one in (no_such_name, never, too_long_label)]
    assert (found, host.dialled) == (["no_answer", "too_slow", "no_answer"], [])


def test_without_others_the_system_resolves_and_connects() -> None:
    assert refusal(DocumentFetcher(), "localhost") == "address_not_public"
