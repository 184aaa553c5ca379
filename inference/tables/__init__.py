"""Inspection of uploaded tables. The file is hostile: only a confined child opens it."""
