"""Evaluating a model on rows: reading, measuring, signing. For workers only."""
