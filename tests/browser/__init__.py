"""Checks that need a browser: the kit that others use, and the validator of saved pages."""
