"""Which questions are asked of a log, of whom, and what everybody answers."""
