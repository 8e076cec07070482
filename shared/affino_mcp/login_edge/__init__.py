"""Login over HTTP: Affino's REST calls and the Hub's pages."""
