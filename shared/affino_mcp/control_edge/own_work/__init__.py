"""The Hub's page of one's own agent's work: what it did, in words, and taking it back. For everybody who is logged in."""
