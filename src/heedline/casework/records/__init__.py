"""Records of specialist desks, which belong to no report. See `record.py` first, and `reports/record_kinds.py` for their kinds."""
