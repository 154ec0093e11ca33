"""Shapes of the sharing commands and what the API shows of its objects."""
