"""Version 1 of the REST API (CRM), as it is publicly known: accounts, users, their links and permissions."""
