"""The words: prompts and descriptions, read and said."""
