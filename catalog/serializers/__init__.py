"""Shapes of the catalogue's commands and what the API shows of its objects."""
