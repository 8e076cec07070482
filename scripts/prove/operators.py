"""Operators' actions in processes of their own, which are killed."""

from __future__ import annotations
