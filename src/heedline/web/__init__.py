"""The sites: one for each person in front of a screen. HTTP lives here, rules and queries do not."""
