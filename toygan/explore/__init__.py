"""Pages that can be explored: a grid of recipes under some seeds, recorded thinly, in a page that needs no Python."""
