-- The log only grows. Privileges say so to the processes, this trigger to the owner of the table.
CREATE FUNCTION public.the_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log only grows';
END $$;
CREATE TRIGGER the_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION public.the_log_only_grows();
CREATE TRIGGER steps_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON reports_step
    FOR EACH STATEMENT EXECUTE FUNCTION public.the_log_only_grows();
