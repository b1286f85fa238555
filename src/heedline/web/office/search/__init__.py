"""Pages for searching a desk's reports and for supervising searches."""
