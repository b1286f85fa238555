-- Statements are only added, and no grant puts one person on both sides of an identity.

CREATE FUNCTION public.statements_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'statements only grow';
END $$;

CREATE TRIGGER statements_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON keys_statement
    FOR EACH STATEMENT EXECUTE FUNCTION public.statements_only_grow();

CREATE FUNCTION public.one_side_alone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- of two grants to one person at once, the second sees the first
    PERFORM 1 FROM public.desks_officer o WHERE o.id = NEW.officer_id FOR NO KEY UPDATE;
    IF permits.is_on_the_other_side((SELECT e.desk_id FROM public.keys_epoch e WHERE e.id = NEW.epoch_id),
            NEW.officer_id) THEN
        RAISE EXCEPTION 'this person holds, or this key was given, a key of the other side of identities';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER one_side_alone BEFORE INSERT OR UPDATE ON keys_grant FOR EACH ROW
    WHEN (NEW.officer_id IS NOT NULL) EXECUTE FUNCTION public.one_side_alone();
