"""Demonstration desks, people, reports and files, created with real casework functions. See ``cast``."""
