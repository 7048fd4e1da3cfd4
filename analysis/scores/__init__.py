"""From answers to figures: distances, intervals, tables and curves."""
