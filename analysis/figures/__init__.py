"""From figures to pictures."""
