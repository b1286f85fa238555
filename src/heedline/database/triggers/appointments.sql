-- An appointment says who holds which role at which desk, for ever: it can end and begin again, and never become another's.

CREATE FUNCTION public.an_appointment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an appointment stays as it is';
END $$;

CREATE TRIGGER an_appointment_stays BEFORE UPDATE ON desks_appointment FOR EACH ROW
    WHEN (current_user = 'heedline_office' AND ROW(NEW.id, NEW.officer_id, NEW.role, NEW.desk_id)
        IS DISTINCT FROM ROW(OLD.id, OLD.officer_id, OLD.role, OLD.desk_id))
    EXECUTE FUNCTION public.an_appointment_stays();
