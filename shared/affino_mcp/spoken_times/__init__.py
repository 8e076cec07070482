"""Times as people write them: `yesterday`, `last hour`, `26/11/2026`, `26 Nov`; read in the reader's zone."""
