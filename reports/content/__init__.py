"""What a control report says: built from signed statements of the log's first N entries, and nothing else."""
