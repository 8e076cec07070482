"""A signer and a sender of notices that take note of what a role must allow, as `WatchedStores` does, and pass it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from affino_mcp.store.notice_senders import NoticeSender
from affino_mcp.store.signing import Signer


@dataclass(frozen=True)
class WatchedSigner:
    """A Signer."""

    inner: Signer
    note: Callable[[str, str], None]

    def sign(self, message: bytes) -> bytes:
        """See Signer."""
        self.note("kms:Sign", "DigestKey")
        return self.inner.sign(message)

    def public_key(self) -> str:
        """See Signer."""
        self.note("kms:GetPublicKey", "DigestKey")
        return self.inner.public_key()


@dataclass(frozen=True)
class WatchedSender:
    """A NoticeSender: the topic is that of the alarms."""

    inner: NoticeSender
    note: Callable[[str, str], None]

    def send(self, title: str, text: str) -> None:
        """See NoticeSender."""
        self.note("sns:Publish", "AlarmTopic")
        self.inner.send(title, text)
