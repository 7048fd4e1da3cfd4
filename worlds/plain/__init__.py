"""A world of one's own in a file, as its log has it: agents in numbered places, each of which holds something."""
