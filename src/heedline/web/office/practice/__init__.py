"""Pages for practising with invented reports and calls."""
