"""Pages of identity, one noun a file."""
