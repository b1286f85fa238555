-- A session is begun by nobody; permits.name_officer says whom it signs in, once. Its row and its site stay.

CREATE FUNCTION public.a_session_names_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a session is given its officer by permits.name_officer';
END $$;

CREATE TRIGGER a_session_names_nobody BEFORE INSERT ON permits_session FOR EACH ROW
    WHEN (NEW.officer_id IS NOT NULL) EXECUTE FUNCTION public.a_session_names_nobody();
CREATE TRIGGER a_session_stays BEFORE UPDATE ON permits_session FOR EACH ROW
    WHEN (current_user <> 'heedline_usher'
        AND ROW(NEW.row, NEW.officer_id, NEW.site) IS DISTINCT FROM ROW(OLD.row, OLD.officer_id, OLD.site))
    EXECUTE FUNCTION public.a_session_names_nobody();
