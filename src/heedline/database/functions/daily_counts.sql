-- Daily counts of what desks do, in bands. They are added to when the thing happens, one at a time, and name nobody.
SET ROLE heedline_usher;

-- Add one to a count of a desk of this session. Nobody takes anything away from one.
CREATE FUNCTION permits.count_act(p_desk uuid, p_day date, p_figure text, p_band text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (p_desk IN (SELECT permits.my_desks()) OR permits.i_watch())
        OR p_figure !~ '^[a-z-]{1,12}$' OR p_band !~ '^[a-z-]{1,12}$' THEN
        RETURN false;
    END IF;
    INSERT INTO public.desks_daily_count (desk_id, day, figure, band, number) VALUES (p_desk, p_day, p_figure, p_band, 1)
        ON CONFLICT (desk_id, day, figure, band) DO UPDATE SET number = public.desks_daily_count.number + 1;
    RETURN true;
END $$;

SET ROLE heedline_owner;
