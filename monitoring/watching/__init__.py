"""Comparing batches with their reference, and measuring them once labels are there. For workers only."""
