"""Pages for possible matches at other desks, and for the interest register."""
