"""Pages of the protective security desk: sites, opened from a request or by themselves."""
