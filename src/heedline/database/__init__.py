"""The rules that PostgreSQL itself enforces, grouped by purpose.

`roles/` has one file for each database role, with its grants. `policies/` defines which rows a role may
see. `functions/` defines what processes may do to rows that they cannot access directly. `triggers/`
holds the guards that apply to everyone. Each object is defined once. `sql_files.py` lists the files in
the order in which the migration runs them, so start there.
"""
