"""The page on which an episode is looked at and its agents are asked: `tom view`. docs/view.md says what it shows."""
