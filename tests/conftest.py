"""Settings that hold for every test: timing never decides one."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("affino", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("affino")
