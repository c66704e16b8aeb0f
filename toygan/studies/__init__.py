"""Many runs for one question: what toygan claims of methods, recipes that fail, tables of the literature."""
