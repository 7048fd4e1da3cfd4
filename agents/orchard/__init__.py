"""Who lives in the orchard: how it is what a world is."""
