"""What lessons are made of: predictions, exercises, the library's own code, tables over seeds."""
