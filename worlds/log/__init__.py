"""A log on disk: what is in it, how it is written and read, and all that is checked before it is believed."""
