"""What PostgreSQL itself enforces, by purpose.

`roles/` has one file for each database role with its grants, `policies/` which rows a role may see, `functions/` what
processes do to rows that they may not touch, `triggers/` the guards that bind everybody. Each object is defined once.
`sql_files.py` lists the files in the order in which the migration runs them; start there.
"""
