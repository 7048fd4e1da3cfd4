"""Training: from logs to a mind."""
