-- Who else has a report open. It looks with the eyes of whoever calls it, so row-level security holds inside.
SET ROLE heedline_usher;

-- Note that the officer of this session has a report open, and return the names of the others who opened it in the last
-- ten minutes, with the minute. Some read without being noted: who oversees, and who may be reading what a colleague did
-- (a report drawn for a dip sample, a disclosure that a second officer still has to read, as `disseminations.UNREAD` says).
-- The owner and the writer of the disclosure are no second readers. A colleague who no longer reaches the report is not shown.
CREATE FUNCTION permits.open_with(p_report uuid, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me uuid := permits.my_officer();
    owner uuid := (SELECT r.owner_id FROM public.reports_report r WHERE r.id = p_report);
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.desks_appointment a
            WHERE a.officer_id = me AND a.role = 'overseer' AND a.ended_on IS NULL)
        AND (owner = me OR NOT EXISTS (SELECT 1 FROM public.reports_dip_check c WHERE c.report_id = p_report
            AND (c.verdict = '' OR c.verdict = 'disagree' AND c.remedied_on IS NULL)))
        AND (owner = me OR NOT EXISTS (SELECT 1 FROM public.reports_dissemination d WHERE d.report_id = p_report
            AND d.checked_by_id IS NULL AND d.written_by_id <> me
            AND (d.state IN ('to-check', 'sent', 'received', 'answered', 'done') OR d.state = 'withdrawn' AND d.urgent))) THEN
        INSERT INTO public.reports_presence (report_id, officer_id, minute)
            SELECT p_report, me, date_trunc('minute', least(p_at, now())) WHERE me IS NOT NULL
            ON CONFLICT (report_id, officer_id) DO UPDATE SET minute = EXCLUDED.minute;
    END IF;
    RETURN (SELECT COALESCE(jsonb_agg(jsonb_build_object('name', o.name, 'minute', p.minute) ORDER BY o.name), '[]')
        FROM public.reports_presence p JOIN public.desks_officer o ON o.id = p.officer_id
        WHERE p.report_id = p_report AND p.officer_id <> me AND p.minute > p_at - interval '10 minutes'
            AND EXISTS (SELECT 1 FROM public.reports_report r JOIN public.desks_appointment a
                ON a.desk_id IN (r.desk_id, r.watch_id) AND a.officer_id = p.officer_id AND a.ended_on IS NULL
                    AND a.role IN ('officer', 'supervisor')
                WHERE r.id = p.report_id));
END $$;

SET ROLE heedline_owner;
