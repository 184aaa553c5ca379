"""Pages of the log and of what it holds, one noun a file."""
