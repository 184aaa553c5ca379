"""The audit drill: an auditor checks what the demonstration left, and others try to deceive."""
