"""Compilation of a graph of tensor operations into machine code, in the background, kept from process to process."""
