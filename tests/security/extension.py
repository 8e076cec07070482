"""SHA-512 continued from a known digest: the length extension, which an attacker without the secret can compute."""

from __future__ import annotations

import struct
from itertools import count, islice

_MASK = 2**64 - 1


def _primes(how_many: int) -> list[int]:
    return list(islice((n for n in count(2) if all(n % d for d in range(2, int(n**0.5) + 1))), how_many))


def _root(number: int, power: int) -> int:
    """Gives the first 64 bits of a root's fraction, computed with whole numbers."""
    scaled, low, high = number << (64 * power), 0, 1 << 70
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**power <= scaled else (low, middle - 1)
    return low & _MASK


_K = [_root(prime, 3) for prime in _primes(80)]


def padding(length: int) -> bytes:
    """Gives the padding that SHA-512 appends to a message of this many bytes."""
    return b"\x80" + b"\x00" * ((111 - length) % 128) + struct.pack(">QQ", 0, length * 8)


def extended(digest: str, length: int, suffix: bytes) -> str:
    """Gives the digest of `message + padding(length) + suffix`, from the message's digest and length alone."""
    state = list(struct.unpack(">8Q", bytes.fromhex(digest)))
    total = length + len(padding(length)) + len(suffix)
    rest = suffix + padding(total)
    for start in range(0, len(rest), 128):
        state = _compressed(state, rest[start : start + 128])
    return struct.pack(">8Q", *state).hex().upper()


def _turned(word: int, *bits: int, shift: int = 0) -> int:
    found = word >> shift if shift else 0
    for bit in bits:
        found ^= (word >> bit | word << (64 - bit)) & _MASK
    return found


def _compressed(state: list[int], block: bytes) -> list[int]:
    words = list(struct.unpack(">16Q", block))
    for i in range(16, 80):
        small = _turned(words[i - 15], 1, 8, shift=7) + _turned(words[i - 2], 19, 61, shift=6)
        words.append((words[i - 16] + words[i - 7] + small) & _MASK)
    a, b, c, d, e, f, g, h = state
    for key, word in zip(_K, words, strict=True):
        first = (h + _turned(e, 14, 18, 41) + (e & f ^ ~e & g) + key + word) & _MASK
        second = (_turned(a, 28, 34, 39) + (a & b ^ a & c ^ b & c)) & _MASK
        a, b, c, d, e, f, g, h = (first + second) & _MASK, a, b, c, (d + first) & _MASK, e, f, g
    return [(old + new) & _MASK for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]
