"""Sessions of agents and of browsers, their rows and their RefreshTokens."""
