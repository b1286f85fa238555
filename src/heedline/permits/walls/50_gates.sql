-- A form's token is the number of sendings that its draft has seen. Spending it is one update of one row: of a hundred at
-- once, one finds the number it came with.
GRANT CREATE ON SCHEMA door TO heedline_door;
SET ROLE heedline_door;
CREATE FUNCTION door.form_of(p_row bytea) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE((SELECT sendings FROM public.intake_draft WHERE "row" = p_row), 0)
$$;
CREATE FUNCTION door.spend_form(p_row bytea, p_number integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.intake_draft SET sendings = sendings + 1 WHERE "row" = p_row AND sendings = p_number;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION door.form_of(bytea), door.spend_form(bytea, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door.form_of(bytea), door.spend_form(bytea, integer) TO heedline_public;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA door FROM heedline_door;
