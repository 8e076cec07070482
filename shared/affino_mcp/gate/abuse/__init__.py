"""Guards against guessing, replay and hammering."""
