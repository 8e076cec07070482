"""The digest of one window of the API Log: what is signed, how it is stored, and under which key."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from affino_mcp.audit.integrity.merkle import merkle_root
from affino_mcp.audit.integrity.row_hash import canonical_json
from affino_mcp.clock import format_iso
from affino_mcp.store.signing import Signer
from affino_mcp.value_class import value_class

WINDOW: Final = timedelta(minutes=5)
"""The longest window; one that is closed early, or that has very many rows, is shorter."""

CLOSING_DELAY: Final = timedelta(minutes=15)
"""How old a window is when it is closed: calls end late, and indexes show rows late."""

DIGEST_LATE_AFTER: Final = timedelta(minutes=30)
"""How long after the last digest, or after its window's end, the next one is late."""

FOLDER: Final = "digests/"
"""The prefix of every digest's key."""

_VERSION: Final = 1
_KEY: Final = re.compile(r"digests/\d{4}-\d\d-\d\d/(\d{8}T\d{6})\.(\d{3})Z\.json", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Leaf(NamedTuple):
    """One row in a digest: its id, and the hash that `hash_row` gives."""

    id: str
    hash: str


class BadDigest(ValueError):
    """The bytes are not a digest, or its rows are not those that it was signed for."""


@value_class
class Digest:
    """What is signed of a window: its rows are those with ids from `begins` until just before `ends`.

    `root` is the tree hash of the rows, `previous` the `identity` of the digest before it ("" for the first one). `late`
    are rows that came into an earlier window after that window was closed. `made` is when the digest was made.
    """

    begins: datetime
    ends: datetime
    rows: int
    root: str
    previous: str
    late: tuple[Leaf, ...]
    made: datetime

    def payload(self) -> bytes:
        """Gives the text that is signed."""
        times = {"from": format_iso(self.begins), "to": format_iso(self.ends), "made": format_iso(self.made)}
        rest = {"version": _VERSION, "rows": self.rows, "root": self.root, "previous": self.previous}
        return canonical_json(times | rest | {"late": [list(leaf) for leaf in self.late]})

    @property
    def identity(self) -> str:
        """The SHA-256 of the payload, in hex, by which the next digest names this one."""
        return hashlib.sha256(self.payload()).hexdigest()

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Digest:
        """Gives the digest of a parsed payload; raises KeyError, TypeError or ValueError for any other document."""
        begins, ends, made = (datetime.fromisoformat(document[name]).astimezone(UTC) for name in ("from", "to", "made"))
        return cls(
            *(begins, ends, int(document["rows"]), str(document["root"]), str(document["previous"])),
            late=_read_leaves(document["late"]),
            made=made,
        )


@value_class
class SignedDigest:
    """A digest with its signature, and the leaves of its rows, sorted by id."""

    digest: Digest
    signature: bytes
    leaves: tuple[Leaf, ...]

    def to_bytes(self) -> bytes:
        """Gives the object that is stored: one JSON document."""
        document = {
            "digest": json.loads(self.digest.payload()),
            "signature": base64.b64encode(self.signature).decode(),
            "leaves": self.leaves,
        }
        return json.dumps(document, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> SignedDigest:
        """Gives the digest of a stored object, whose signature nobody has checked. Raises BadDigest."""
        try:
            document = json.loads(content)
            digest = Digest.from_document(document["digest"])
            found = cls(digest, base64.b64decode(document["signature"]), _read_leaves(document["leaves"]))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise BadDigest from error
        if json.loads(digest.payload()) != document["digest"] or not found.has_its_rows():
            raise BadDigest
        return found

    def has_its_rows(self) -> bool:
        """True when the leaves are those of the signed number and root."""
        return len(self.leaves) == self.digest.rows and tree_hash(self.leaves) == self.digest.root


def tree_hash(leaves: Sequence[Leaf]) -> str:
    """Gives the root, in hex, of a tree whose leaves are id and hash of each row, one after the other."""
    return merkle_root([f"{leaf.id}{leaf.hash}".encode() for leaf in leaves]).hex()


def sign_digest(signer: Signer, digest: Digest, leaves: Sequence[Leaf]) -> SignedDigest:
    """Gives the digest with its signature. Raises StoreUnavailable."""
    return SignedDigest(digest, signer.sign(digest.payload()), tuple(leaves))


def digest_key(begins: datetime) -> str:
    """Gives the key of the digest whose window begins at this millisecond; keys sort by time."""
    at = begins.astimezone(UTC)
    return f"{FOLDER}{at:%Y-%m-%d}/{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}Z.json"


def key_begins(key: str) -> datetime | None:
    """Gives the beginning of the window that a key names; None for a key of another form."""
    match = _KEY.fullmatch(key)
    try:
        begins = datetime.strptime(f"{match[1]}.{match[2]}+0000", "%Y%m%dT%H%M%S.%f%z") if match else None
    except ValueError:
        return None
    return begins if begins and digest_key(begins) == key else None


def grid_floor(moment: datetime) -> datetime:
    """Gives the last full five minutes at or before a moment."""
    return moment - (moment - _EPOCH) % WINDOW


def next_boundary(moment: datetime) -> datetime:
    """Gives the first full five minutes after a moment, where a window that begins at the moment ends at the latest."""
    return grid_floor(moment) + WINDOW


def _read_leaves(pairs: list[list[str]]) -> tuple[Leaf, ...]:
    return tuple(Leaf(str(id_), str(hash_)) for id_, hash_ in pairs)
