"""The orchard drawn, as text and as pixels."""
