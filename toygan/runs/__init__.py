"""Runs: populations stepped and measured as they go, and the course of their metrics."""
