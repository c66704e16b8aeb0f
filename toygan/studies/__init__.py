"""Studies of many runs: claims about methods, recipes that fail, and experiments of the literature."""
