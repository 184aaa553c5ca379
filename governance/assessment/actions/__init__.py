"""The verbs of assessment, one noun a file."""
