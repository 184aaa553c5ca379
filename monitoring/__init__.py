"""Monitoring: whether a model works, and whether it still works."""
