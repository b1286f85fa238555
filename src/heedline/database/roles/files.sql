-- heedline_files: the process that shows files, on an origin of its own. It has no right on any table. Everything it does is
-- a function of functions/viewer.sql, for one file at a time.

GRANT USAGE ON SCHEMA viewer TO heedline_files;

-- Rights on a function are given by its owner.
SET ROLE heedline_usher;
GRANT EXECUTE ON FUNCTION
    viewer.keep_derivative(bytea, bigint, bytea),
    viewer.lasts(bytea),
    viewer.open_capability(bytea, boolean),
    viewer.reseal(bytea, bytea),
    viewer.use_token(bytea, bytea, text)
TO heedline_files;
SET ROLE heedline_owner;
