"""The orchard: its rules, its maps, the record of an episode, and its interfaces for PettingZoo."""
