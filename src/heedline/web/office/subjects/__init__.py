"""Pages for subjects."""
