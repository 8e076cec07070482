"""The jobs that run on a schedule: they count, close, purge and sign what calls leave behind."""
