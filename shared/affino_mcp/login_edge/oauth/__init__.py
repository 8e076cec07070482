"""The authorization server of the OAuth door: who asks, what a person consents to, and the tokens that come of it."""
