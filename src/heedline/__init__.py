"""Heedline."""
