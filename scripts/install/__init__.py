"""Installs the locked packages into virtual environments, with progress; needs the standard library alone."""
