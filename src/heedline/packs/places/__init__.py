"""Police areas, postcodes, station counters and the routing of reports to desks."""
