"""Version 1 of the REST API, which knows accounts, users, their links and consents, and acts as a key and not as a person."""
