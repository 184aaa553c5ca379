"""Pages of assessment, one noun a file."""
