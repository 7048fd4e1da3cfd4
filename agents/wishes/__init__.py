"""Wishes: sentences about what will have happened, what becomes of them step by step, and their exact answers."""
