"""Pages on which stewards set up desks and people."""
