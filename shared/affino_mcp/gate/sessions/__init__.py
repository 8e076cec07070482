"""Sessions of agents and of browsers."""
