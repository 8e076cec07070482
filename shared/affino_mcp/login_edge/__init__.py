"""Login over HTTP: the REST calls and the Hub."""
