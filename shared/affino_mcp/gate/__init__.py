"""Who calls, and may they: credentials, profiles, sessions, people, guards."""
