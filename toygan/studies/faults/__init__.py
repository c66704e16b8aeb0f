"""Faults made by hand, and how often the diagnosis names them."""
