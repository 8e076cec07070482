"""The Control Centre: the operators' console over HTTP."""
