"""What every HTML page shares: the base template, style, script, and the headers of the answer."""
