"""Requests to S3, signed by botocore's own signers and sent by urllib3 (docs/decisions/0003).

Both libraries take 40 ms of a start, so that this module is imported when a file is first asked for, or before a snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping

import urllib3
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from affino_mcp.store.files import SIGNED_REQUEST_LIFETIME
from affino_mcp.store.network_faults import NOT_CONNECTED, RequestFault, broken_exchange
from affino_mcp.store.s3_faults import answer_fault
from affino_mcp.store.wire import AwsCredentials


class S3Requests:
    """Signs requests to S3 in one region, and sends them."""

    def __init__(self, region: str, credentials: AwsCredentials) -> None:
        self._region, self._credentials = region, credentials
        self._pool = urllib3.PoolManager(maxsize=4, retries=False)

    def presign_url(self, method: str, url: str, headers: Mapping[str, str]) -> str:
        """Gives the address with a signature in it; whoever has it may send this request for SIGNED_REQUEST_LIFETIME."""
        request = AWSRequest(method, url, headers=dict(headers))
        credentials, seconds = self._credentials.get_frozen_credentials(), int(SIGNED_REQUEST_LIFETIME.total_seconds())
        S3SigV4QueryAuth(credentials, "s3", self._region, expires=seconds).add_auth(request)
        return str(request.url)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, seconds: float
    ) -> urllib3.BaseHTTPResponse | RequestFault:
        """Sends a request once; gives the answer, or the fault after which it may be sent again (403: may not)."""
        request = AWSRequest(method, url, data=content, headers=dict(headers))
        S3SigV4Auth(self._credentials.get_frozen_credentials(), "s3", self._region).add_auth(request)
        sent, timeout = dict(request.headers.items()), urllib3.Timeout(connect=min(1.0, seconds), read=seconds)
        try:
            answer = self._pool.request(method, url, body=content or None, headers=sent, timeout=timeout)
        except urllib3.exceptions.HTTPError as error:
            return _network_fault(error)
        if answer.status < 500 and answer.status not in (403, 429):
            return answer
        return answer_fault(answer)


def _network_fault(error: urllib3.exceptions.HTTPError) -> RequestFault:
    if isinstance(error, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return NOT_CONNECTED
    return broken_exchange(timed_out=isinstance(error, urllib3.exceptions.TimeoutError))
