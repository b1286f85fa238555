-- The moves of an item, and who may examine it: the same as in rules.py.

CREATE FUNCTION public.material_item_begins() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.state <> 'new' OR NEW.round <> 1 OR NEW.owner_id IS NOT NULL OR NEW.audience_approved_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'an item begins as new' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_item_begins BEFORE INSERT ON material_item
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.material_item_begins();

CREATE FUNCTION public.material_item_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.round < OLD.round OR NEW.round > OLD.round + 1 OR (NEW.round > OLD.round) <> (NEW.state = 'new' AND OLD.state IN
            ('second', 'disputed', 'terms', 'lawful', 'outside', 'unclear', 'gone', 'referred')) THEN
        RAISE EXCEPTION 'a round begins when an item is opened again' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'new>examining', 'new>gone', 'new>referred',
        'examining>new', 'examining>gone', 'examining>second', 'examining>terms', 'examining>lawful',
        'examining>outside', 'examining>unclear', 'examining>referred',
        'second>unlawful', 'second>held', 'second>disputed', 'second>referred',
        'disputed>unlawful', 'disputed>held', 'disputed>terms', 'disputed>lawful', 'disputed>outside',
        'disputed>unclear', 'disputed>referred',
        'held>unlawful', 'held>lawful', 'unlawful>lawful',
        'second>new', 'disputed>new', 'terms>new', 'lawful>new', 'outside>new', 'unclear>new', 'gone>new', 'referred>new') THEN
        RAISE EXCEPTION 'an item does not move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('second', 'disputed') AND NEW.state = 'new' AND NOT EXISTS (
            SELECT 1 FROM public.material_examination x WHERE x.item_id = NEW.id AND x.round = OLD.round AND x.evidence <
                (SELECT max(e.number) FROM public.material_evidence e WHERE e.item_id = NEW.id AND NOT e.routine)) THEN
        RAISE EXCEPTION 'a review ends without a decision only if evidence was added' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.round > OLD.round OR OLD.state = 'held' AND NEW.state = 'unlawful')
        AND NEW.desk_id NOT IN (SELECT permits.my_supervised()) THEN
        RAISE EXCEPTION 'who leads the desk releases and reopens an item' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('unlawful', 'held') AND OLD.state NOT IN ('unlawful', 'held') AND (
            SELECT count(DISTINCT e.officer_id) FROM public.material_examination e
            WHERE e.item_id = NEW.id AND e.round = NEW.round AND e.outcome IN ('unlawful', 'held')) < 2 THEN
        RAISE EXCEPTION 'two examiners find an item unlawful' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND OLD.state IN ('examining', 'second', 'disputed')
        AND NEW.state NOT IN ('new', 'gone', 'referred') AND NOT EXISTS (
            SELECT 1 FROM public.material_examination e WHERE e.item_id = NEW.id AND e.round = NEW.round AND e.place =
                CASE OLD.state WHEN 'examining' THEN 'first' WHEN 'second' THEN 'second' ELSE 'third' END) THEN
        RAISE EXCEPTION 'an item moves on when it is examined' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('unlawful', 'held') AND NEW.state = 'lawful' AND NOT EXISTS (
            SELECT 1 FROM public.material_examination e WHERE e.item_id = NEW.id AND e.round = NEW.round
                AND e.place = 'reversal' AND e.outcome NOT IN ('unlawful', 'held')) THEN
        RAISE EXCEPTION 'a reversal is decided by somebody uninvolved' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.audience_approved_by_id IS NOT NULL
        AND NEW.audience_approved_by_id IS DISTINCT FROM OLD.audience_approved_by_id
        AND (NEW.audience_approved_by_id <> permits.my_officer()
            OR NEW.state NOT IN ('unlawful', 'held', 'terms')
            OR NEW.desk_id NOT IN (SELECT permits.my_supervised())
            OR EXISTS (SELECT 1 FROM public.material_examination e
                WHERE e.item_id = NEW.id AND e.officer_id = permits.my_officer())) THEN
        RAISE EXCEPTION 'a senior approves a closed audience' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.closed_audience AND NEW.closed_audience IS NOT TRUE AND OLD.state <> 'examining' THEN
        RAISE EXCEPTION 'a closed audience stays one until the item is examined again' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_item_moves BEFORE UPDATE ON material_item
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.material_item_moves();

CREATE FUNCTION public.material_examined() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE found public.material_item%ROWTYPE; newest integer;
BEGIN
    SELECT * INTO found FROM public.material_item i WHERE i.id = NEW.item_id;
    SELECT coalesce(max(e.number), 0) INTO newest FROM public.material_evidence e
        WHERE e.item_id = NEW.item_id AND NOT e.routine;
    IF NEW.evidence <> newest THEN
        RAISE EXCEPTION 'a finding rests on all evidence of the item' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.officer_id <> permits.my_officer() OR NEW.round <> found.round OR found.state NOT IN ('second', 'disputed') THEN
            RAISE EXCEPTION 'examiners confirm their own finding, until it is decided on' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.round <> found.round OR (found.state || '>' || NEW.place) NOT IN (
        'examining>first', 'second>second', 'disputed>third', 'unlawful>reversal', 'held>reversal') THEN
        RAISE EXCEPTION 'no % examination of an item that is %', NEW.place, found.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.place <> 'first' AND EXISTS (SELECT 1 FROM public.material_examination e
            WHERE e.item_id = NEW.item_id AND e.officer_id = NEW.officer_id) THEN
        RAISE EXCEPTION 'nobody reviews what they examined themselves' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.place IN ('second', 'third') AND EXISTS (SELECT 1 FROM public.material_examination e
            WHERE e.item_id = NEW.item_id AND e.round = found.round AND e.evidence < newest) THEN
        RAISE EXCEPTION 'evidence was added after an earlier finding' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
-- a restore loads rows as the owner: what they say was checked when it was decided
CREATE TRIGGER an_item_is_examined BEFORE INSERT OR UPDATE ON material_examination
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.material_examined();
REVOKE ALL ON FUNCTION public.material_item_begins(), public.material_item_moves(), public.material_examined() FROM PUBLIC;
