-- What the desk added to tables of the core. Its own tables go with all that hangs on them. The log keeps its acts for good.
DROP POLICY blind_until_decided ON reports_desk_part_payload;
DROP FUNCTION permits.notice_page(bytea);
DROP FUNCTION permits.answer_notice(bytea, text, uuid, bytea, bytea, uuid, integer);
DROP FUNCTION permits.decide_item_disposal(uuid, uuid);
DROP FUNCTION permits.drop_old_bank_parts(uuid);
DROP TRIGGER a_change_ends_a_disposal ON material_item;
DROP FUNCTION permits.end_item_disposal();
DROP TRIGGER a_disposal_begins ON material_disposal;
DROP FUNCTION public.material_disposal_begins();
DROP TRIGGER a_notice_begins ON material_notice;
DROP TRIGGER a_notice_moves ON material_notice;
DROP FUNCTION public.material_notice_begins();
DROP FUNCTION public.material_notice_moves();
DROP TRIGGER an_item_begins ON material_item;
DROP TRIGGER an_item_moves ON material_item;
DROP TRIGGER an_item_is_examined ON material_examination;
DROP TRIGGER evidence_grows ON material_evidence;
DROP FUNCTION public.material_evidence_grows();
DROP FUNCTION public.material_item_begins();
DROP FUNCTION public.material_item_moves();
DROP FUNCTION public.material_examined();
ALTER TABLE reports_desk_part_payload NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reports_desk_part_header NO FORCE ROW LEVEL SECURITY;
DELETE FROM reports_desk_part_payload p USING reports_desk_part_header h
    WHERE h.container = p.container AND h.part LIKE 'material-%';
DELETE FROM reports_desk_part_header WHERE part LIKE 'material-%';
ALTER TABLE reports_desk_part_payload FORCE ROW LEVEL SECURITY;
ALTER TABLE reports_desk_part_header FORCE ROW LEVEL SECURITY;
