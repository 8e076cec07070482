"""What operators own on the website: sections, securities, article types, categories."""
