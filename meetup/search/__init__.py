"""Searching everything at once: what there is of each kind that the reader may see."""
