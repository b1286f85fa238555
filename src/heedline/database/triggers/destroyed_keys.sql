-- Nothing is stored for a key that is gone. Whoever sends to it is told, and seals anew.

CREATE FUNCTION public.a_key_that_lives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.keys_epoch e WHERE e.id = ANY (NEW.epochs) AND e.destroyed_on IS NOT NULL) THEN
        RAISE EXCEPTION 'sealed to a key that has been destroyed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER a_key_that_lives BEFORE INSERT ON reports_sealed_header FOR EACH ROW
    WHEN (NEW.epochs <> '{}') EXECUTE FUNCTION public.a_key_that_lives();
