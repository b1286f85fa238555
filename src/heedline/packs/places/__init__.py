"""Places: police areas, postcodes, station counters, and the routing to desks."""
