"""Numbers about runs: game theory, the diagnosis with its remedies, and tables over seeds."""
