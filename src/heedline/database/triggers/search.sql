-- What makes a report wait for the search index: functions/search.sql.

CREATE TRIGGER a_report_settles AFTER UPDATE OF settled, desk_id, watch_id ON reports_report
    FOR EACH ROW WHEN (ROW(OLD.settled, OLD.desk_id, OLD.watch_id) IS DISTINCT FROM
        ROW(NEW.settled, NEW.desk_id, NEW.watch_id))
    EXECUTE FUNCTION permits.a_report_moves();
CREATE TRIGGER a_danger_opens AFTER INSERT ON reports_danger
    FOR EACH ROW EXECUTE FUNCTION permits.a_danger_opens();
CREATE TRIGGER a_report_goes AFTER DELETE ON reports_report
    FOR EACH ROW EXECUTE FUNCTION permits.a_report_moves();
CREATE TRIGGER a_report_grows AFTER INSERT ON reports_sealed_header
    FOR EACH ROW WHEN (NEW.part NOT IN ('identity', 'partner', 'release', 'language', 'asked-before',
        'file', 'derivative'))
    EXECUTE FUNCTION permits.a_report_grows();
CREATE TRIGGER a_receipt_rests AFTER UPDATE OF touched ON reports_receipt
    FOR EACH ROW WHEN (OLD.touched IS NOT NULL AND NEW.touched IS NULL)
    EXECUTE FUNCTION permits.a_receipt_rests();
