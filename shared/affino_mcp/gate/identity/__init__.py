"""A person, the permissions of groups, tokens, and the keys of the Gate and Credentials tables."""
