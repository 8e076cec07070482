"""Files on S3.

The functions' roles may list the bucket, so that S3 answers 404 for a missing key; 403 is a fault of the deployment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from affino_mcp.clock import start_stopwatch
from affino_mcp.store.faults import AccessRefused, StoreUnavailable
from affino_mcp.store.files import (
    CHECKSUM_HEADER,
    MAX_LISTED_OBJECTS,
    FileUpload,
    NoObject,
    ObjectHead,
    ObjectPage,
    PresignedUpload,
    base64_to_hex,
    content_disposition,
    hex_to_base64,
)
from affino_mcp.store.given_up import GivenUpCall, Report, report_to_nobody
from affino_mcp.store.network_faults import NO_TIME_LEFT, RequestFault
from affino_mcp.store.s3_faults import answer_fault
from affino_mcp.store.s3_listing import listing_parameters, parse_listing
from affino_mcp.store.tracing import trace_call
from affino_mcp.store.wire import ATTEMPT_SECONDS, AwsCredentials, attempt_timeouts

if TYPE_CHECKING:
    import urllib3

    from affino_mcp.store.s3_requests import S3Requests

PUT_SECONDS: Final = 15.0
"""The longest that an upload or a copy waits for an answer: S3 takes seconds to copy 100 MB."""

_MISSING_STATUSES: Final = frozenset((404, 412))


def load_requests() -> type[S3Requests]:
    """Loads what signs and sends requests to S3, and gives it."""
    from affino_mcp.store.s3_requests import S3Requests  # noqa: PLC0415 (slow to import; few calls need files)

    return S3Requests


class S3FileStore:
    """Files in one bucket. `endpoint` is empty for AWS, else one address for every service (the local emulator).

    `report` takes note of each call that is given up.
    """

    def __init__(
        self,
        bucket: str,
        region: str,
        credentials: AwsCredentials,
        endpoint: str = "",
        report: Report = report_to_nobody,
    ) -> None:
        self._bucket, self._region, self._credentials, self._report = bucket, region, credentials, report
        self._base = f"{endpoint.rstrip('/')}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"

    @cached_property
    def _requests(self) -> S3Requests:
        return load_requests()(self._region, self._credentials)

    def put(self, upload: FileUpload, content: bytes) -> None:
        """See FileStore."""
        headers = {"Content-Type": upload.mime_type, CHECKSUM_HEADER: hex_to_base64(upload.sha256)}
        self._require_success("PUT", upload.key, self.send_request("PUT", upload.key, headers, content))

    def presign_upload(self, upload: FileUpload) -> PresignedUpload:
        """See FileStore."""
        return PresignedUpload(
            self._requests.presign_url("PUT", self._object_url(upload.key), upload.headers), upload.headers
        )

    def presign_download(self, key: str, mime_type: str, file_name: str) -> str:
        """See FileStore."""
        wanted = {
            "response-content-type": mime_type,
            "response-content-disposition": content_disposition(file_name),
            "response-cache-control": "private, max-age=300",
        }
        return self._requests.presign_url("GET", f"{self._object_url(key)}?{urlencode(wanted, quote_via=quote)}", {})

    def head(self, key: str) -> ObjectHead | None:
        """See FileStore."""
        answer = self.send_request("HEAD", key, {"x-amz-checksum-mode": "ENABLED"})
        if answer.status in _MISSING_STATUSES:
            return None
        self._require_success("HEAD", key, answer)
        found = answer.headers
        checksum = base64_to_hex(found[CHECKSUM_HEADER]) if CHECKSUM_HEADER in found else ""
        return ObjectHead(int(found["Content-Length"]), found.get("Content-Type", ""), checksum, found["ETag"])

    def read(self, key: str, start: int, length: int) -> bytes:
        """See FileStore."""
        answer = self.send_request("GET", key, {"Range": f"bytes={start}-{start + length - 1}"})
        if answer.status == 416:
            return b""
        return self._require_object("GET", key, answer)

    def copy(self, source: str, target: str, version: str) -> None:
        """See FileStore."""
        wanted = {"x-amz-copy-source": f"{self._bucket}/{quote(source)}", "x-amz-copy-source-if-match": version}
        answer = self.send_request("PUT", target, wanted)
        if b"<Error" in self._require_object("PUT", target, answer):
            raise self._give_up(
                "PUT", target, answer_fault(answer)
            )  # S3 sends status 200 before the copy, which may fail

    def delete(self, key: str) -> None:
        """See FileStore."""
        answer = self.send_request("DELETE", key)
        if answer.status != 404:
            self._require_success("DELETE", key, answer)

    def list_objects(self, prefix: str, start_after: str = "", limit: int = MAX_LISTED_OBJECTS) -> ObjectPage:
        """See FileStore."""
        asked = listing_parameters(prefix, start_after, limit)
        answer = self.send_request("GET", "", query=asked)
        try:
            return parse_listing(self._require_success("GET", prefix, answer))
        except ValueError as error:
            fault = replace(answer_fault(answer), error="not_a_listing")
            raise self._give_up("GET", prefix, fault) from error

    def send_request(
        self,
        method: str,
        key: str,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        query: Mapping[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """Sends a signed request, with the query parameters in `query`, again on faults of the network or of S3.

        Raises StoreUnavailable after three attempts, and when the deadline is near; AccessRefused when S3 answers 403.
        """
        place = (query or {}).get("prefix", key)
        with trace_call("s3", method, lambda: f"{self._bucket}/{place.partition('/')[0]}") as end:
            elapsed, fault, attempt = start_stopwatch(), NO_TIME_LEFT, 0
            longest = PUT_SECONDS if method == "PUT" else ATTEMPT_SECONDS
            for attempt, seconds in enumerate(attempt_timeouts(longest), 1):  # noqa: B007 (the last one is told below)
                answer = self._requests.send(method, self._request_url(key, query), headers or {}, content, seconds)
                end.status = answer.status
                if not isinstance(answer, RequestFault):
                    return answer
                fault = answer
                if fault.status == 403:
                    break
            raise self._give_up(method, place, fault, attempt, elapsed())

    def _request_url(self, key: str, query: Mapping[str, str] | None) -> str:
        url = self._object_url(key)
        return f"{url}?{urlencode(query, quote_via=quote)}" if query else url

    def _object_url(self, key: str) -> str:
        return f"{self._base}/{quote(key)}"

    def _require_object(self, method: str, key: str, answer: urllib3.BaseHTTPResponse) -> bytes:
        if answer.status in _MISSING_STATUSES:
            raise NoObject
        return self._require_success(method, key, answer)

    def _require_success(self, method: str, key: str, answer: urllib3.BaseHTTPResponse) -> bytes:
        if answer.status >= 300:
            raise self._give_up(method, key, answer_fault(answer))
        return answer.data

    def _give_up(
        self, method: str, key: str, fault: RequestFault, attempts: int = 1, duration_ms: int = 0
    ) -> StoreUnavailable:
        """Takes note of a call that is given up for this fault; gives what to raise."""
        place = key.partition("/")[0]
        self._report(
            GivenUpCall("s3", method, place, fault.error, fault.status, fault.aws_request_id, attempts, duration_ms)
        )
        return (AccessRefused if fault.status == 403 else StoreUnavailable)(fault.error)
