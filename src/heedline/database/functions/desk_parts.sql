-- The end of sealed parts that belong to a desk and to no report.
SET ROLE heedline_usher;

-- Delete every part about a thing of one of this session's desks, and the rows of its files, and return how many parts there
-- were. The objects of the files go once nothing names them.
CREATE FUNCTION permits.dispose_desk_parts(p_desk uuid, p_thing uuid) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
    IF p_desk NOT IN (SELECT permits.my_desks()) THEN RETURN 0; END IF;
    DELETE FROM public.reports_desk_file f WHERE f.desk_id = p_desk AND f.thing = p_thing;
    DELETE FROM public.reports_desk_part_payload p WHERE p.desk_id = p_desk AND p.thing = p_thing;
    DELETE FROM public.reports_desk_part_header h WHERE h.desk_id = p_desk AND h.thing = p_thing;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;

SET ROLE heedline_owner;
