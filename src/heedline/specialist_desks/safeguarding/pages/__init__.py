"""Pages of the safeguarding desk: opening or joining a case at a report, the case, and its moves."""
