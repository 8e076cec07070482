"""The desk of the Control Centre: these tests look at operators' actions through its screens."""

from tests.unit.control_edge.conftest import desk, operator

__all__ = ["desk", "operator"]
