"""How hard a password is to hash in tests: a hash of the service costs 20 ms of CPU on purpose, and most tests sign in."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher

from affino_mcp.gate.people import passwords

SERVICE_HASHER: Final = passwords._hasher
"""The service's own, for tests that are about hashes."""

QUICK_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The least that argon2id takes; every other test has it (tests/conftest.py)."""
