"""The screens of the Control Centre."""
