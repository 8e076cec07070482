"""Files on S3: requests signed by botocore's own signers and sent by urllib3, as in wire.py (docs/decisions/0003).

S3 answers 403 for a missing key to a role that may not list the bucket, so 403 and 404 mean the same here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

import urllib3
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from affino_mcp.store.files import CHECKSUM, LIFETIME, Door, Head, NoObject, Upload, disposition, in_base64, in_hex
from affino_mcp.store.ops import StoreUnavailable
from affino_mcp.store.wire import ATTEMPTS, Credentials, pause

TIMEOUT: Final = urllib3.Timeout(connect=1.0, read=15.0)
"""The read timeout is long because copying 100 MB within S3 takes seconds."""

_MISSING: Final = frozenset((403, 404, 412))


class S3Files:
    """Files in one bucket. `endpoint` is empty for AWS, else one address for every service (the local emulator)."""

    def __init__(self, bucket: str, region: str, credentials: Credentials, endpoint: str = "") -> None:
        self._bucket, self._region, self._credentials = bucket, region, credentials
        self._base = f"{endpoint.rstrip('/')}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"
        self._pool = urllib3.PoolManager(maxsize=4, retries=False, timeout=TIMEOUT)

    def put(self, upload: Upload, content: bytes) -> None:
        """See Files."""
        headers = {"Content-Type": upload.mime_type, CHECKSUM: in_base64(upload.sha256)}
        self._done(self.request("PUT", upload.key, headers, content))

    def door(self, upload: Upload) -> Door:
        """See Files."""
        return Door(self._signed("PUT", self._url(upload.key), upload.headers), upload.headers)

    def download_url(self, key: str, mime_type: str, file_name: str) -> str:
        """See Files."""
        wanted = {
            "response-content-type": mime_type,
            "response-content-disposition": disposition(file_name),
            "response-cache-control": "private, max-age=300",
        }
        return self._signed("GET", f"{self._url(key)}?{urlencode(wanted, quote_via=quote)}", {})

    def _signed(self, method: str, url: str, headers: Mapping[str, str]) -> str:
        request = AWSRequest(method, url, headers=dict(headers))
        credentials, seconds = self._credentials.get_frozen_credentials(), int(LIFETIME.total_seconds())
        S3SigV4QueryAuth(credentials, "s3", self._region, expires=seconds).add_auth(request)
        return str(request.url)

    def head(self, key: str) -> Head | None:
        """See Files."""
        answer = self.request("HEAD", key, {"x-amz-checksum-mode": "ENABLED"})
        if answer.status in _MISSING:
            return None
        self._done(answer)
        found = answer.headers
        checksum = in_hex(found[CHECKSUM]) if CHECKSUM in found else ""
        return Head(int(found["Content-Length"]), found.get("Content-Type", ""), checksum, found["ETag"])

    def read(self, key: str, start: int, length: int) -> bytes:
        """See Files."""
        answer = self.request("GET", key, {"Range": f"bytes={start}-{start + length - 1}"})
        if answer.status == 416:
            return b""
        return self._found(answer)

    def copy(self, source: str, target: str, version: str) -> None:
        """See Files."""
        wanted = {"x-amz-copy-source": f"{self._bucket}/{quote(source)}", "x-amz-copy-source-if-match": version}
        if b"<Error" in self._found(self.request("PUT", target, wanted)):
            raise StoreUnavailable("copy")  # S3 sends status 200 before the copy, which may fail

    def delete(self, key: str) -> None:
        """See Files."""
        answer = self.request("DELETE", key)
        if answer.status != 404:
            self._done(answer)

    def request(
        self, method: str, key: str, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> urllib3.BaseHTTPResponse:
        """Sends a signed request, again on faults of the network or of S3.

        Raises StoreUnavailable after three attempts.
        """
        for attempt in range(ATTEMPTS):
            pause(attempt)
            answer = self._once(method, key, headers or {}, content)
            if answer is not None and answer.status < 500 and answer.status != 429:
                return answer
        raise StoreUnavailable

    def _once(
        self, method: str, key: str, headers: Mapping[str, str], content: bytes
    ) -> urllib3.BaseHTTPResponse | None:
        request = AWSRequest(method, self._url(key), data=content, headers=dict(headers))
        S3SigV4Auth(self._credentials.get_frozen_credentials(), "s3", self._region).add_auth(request)
        sent = dict(request.headers.items())
        try:
            return self._pool.request(method, self._url(key), body=content or None, headers=sent)
        except urllib3.exceptions.HTTPError:
            return None

    def _url(self, key: str) -> str:
        return f"{self._base}/{quote(key)}"

    def _found(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        if answer.status in _MISSING:
            raise NoObject
        return self._done(answer)

    @staticmethod
    def _done(answer: urllib3.BaseHTTPResponse) -> bytes:
        if answer.status >= 300:
            raise StoreUnavailable(f"S3 answered {answer.status}")
        return answer.data
