"""Import and export of records in the browser: the same pages in the Control Centre and at the Hub, in steps that end in time."""
