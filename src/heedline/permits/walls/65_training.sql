-- Who was trained in what. The office adds and withdraws, and never changes what was said; the worker reminds.
GRANT SELECT, INSERT ON desks_completed_training TO heedline_office;
GRANT UPDATE (withdrawn_by_id, withdrawn_on) ON desks_completed_training TO heedline_office;
GRANT SELECT ON desks_completed_training TO heedline_worker;
