"""Pages for call-takers, and for calling reporters back."""
