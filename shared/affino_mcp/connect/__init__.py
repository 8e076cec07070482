"""What a client needs to connect: credentials, configuration, handshake."""
