-- Items and examinations are their desk's. Which reports name an item stands in no table.
ALTER TABLE material_item ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_desks ON material_item TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
GRANT SELECT, INSERT, UPDATE (container, state, round, version, owner_id, closed_audience, audience_approved_by_id, indexed,
        referral_due_at)
    ON material_item TO heedline_office;
-- The worker sees which desk an item is of, and when an overdue referral was due.
CREATE POLICY the_worker ON material_item FOR SELECT TO heedline_worker USING (true);
GRANT SELECT (id, desk_id, referral_due_at) ON material_item TO heedline_worker;
GRANT SELECT ON material_item TO heedline_backup;

-- An item that no report names is compared with the interest register through values of its own, which go with it.
CREATE POLICY of_my_items_seen ON reports_sealed_values FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = reports_sealed_values.report));
CREATE POLICY of_my_items ON reports_sealed_values FOR INSERT TO heedline_office
    WITH CHECK (EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = reports_sealed_values.report));
CREATE TRIGGER values_end AFTER DELETE ON material_item
    FOR EACH ROW EXECUTE FUNCTION permits.values_leave();

ALTER TABLE material_examination ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_items ON material_examination TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = item_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = item_id)
        AND officer_id = (SELECT permits.my_officer()));
GRANT SELECT, INSERT, UPDATE (evidence) ON material_examination TO heedline_office;
GRANT SELECT ON material_examination TO heedline_backup;

-- While two examiners have not both decided, neither reads the other's reasons: only their own examination opens. That holds
-- as well for a finding that was never reviewed because the item is examined again.
CREATE POLICY blind_until_decided ON reports_desk_part_payload AS RESTRICTIVE FOR SELECT TO heedline_office
    USING (NOT EXISTS (SELECT 1 FROM public.material_examination e JOIN public.material_item i ON i.id = e.item_id
        WHERE e.container = reports_desk_part_payload.container AND i.state IN ('new', 'examining', 'second')
            AND e.place = 'first' AND e.outcome IN ('unlawful', 'held') AND e.officer_id <> (SELECT permits.my_officer())
            AND NOT EXISTS (SELECT 1 FROM public.material_examination x
                WHERE x.item_id = e.item_id AND x.round = e.round AND x.place = 'second')));
