-- The log only grows. Privileges say so to the processes, this trigger to the owner of the table. What is signed stays:
-- checkpoints are only added.

CREATE FUNCTION public.the_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log only grows';
END $$;

CREATE TRIGGER the_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION public.the_log_only_grows();
CREATE TRIGGER the_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION public.the_log_only_grows();

-- What an event may say: codes, counts, ids and lists of them, in so many bytes, at a time that every program can write
-- down. An event without a canonical form (audit/leaves.py) would stop the log for ever, and whoever may write to the log
-- could do that.
ALTER TABLE audit_event ADD CONSTRAINT what_an_event_may_say CHECK (
    jsonb_typeof(detail) = 'object' AND octet_length(detail::text) <= 8000
    AND NOT jsonb_path_exists(detail, 'strict $.* ? (@.type() == "object")')
    AND NOT jsonb_path_exists(detail, 'strict $.* ? (@.type() == "array")[*] ? (@.type() == "object" || @.type() == "array")')
    AND NOT jsonb_path_exists(detail, 'strict $.** ? (@.type() == "number") ?
        (@ != @.floor() || @ > 9007199254740991 || @ < -9007199254740991)')
    AND at >= timestamptz '2000-01-01 00:00:00+00' AND at < timestamptz '10000-01-01 00:00:00+00');
