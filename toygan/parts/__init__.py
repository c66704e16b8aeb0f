"""The parts of a recipe: each kind ends in one menu, and no part knows of recipes or of training."""
