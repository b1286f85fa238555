"""The demonstration: its desks, people, reports and files, made by the real casework functions. Start at ``cast``."""
