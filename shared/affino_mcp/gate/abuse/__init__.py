"""Guards against guessed credentials, replayed signatures and floods of refused calls."""
