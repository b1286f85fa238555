-- What goes with a report, and what follows from it: functions/linking.sql.

CREATE TRIGGER values_leave AFTER UPDATE OF desk_id ON reports_report
    FOR EACH ROW WHEN (OLD.desk_id IS DISTINCT FROM NEW.desk_id)
    EXECUTE FUNCTION permits.values_leave();
CREATE TRIGGER values_end AFTER DELETE ON reports_report
    FOR EACH ROW EXECUTE FUNCTION permits.values_leave();
CREATE TRIGGER values_go AFTER DELETE ON reports_sealed_values
    FOR EACH ROW WHEN (OLD.indexed)
    EXECUTE FUNCTION permits.values_go();
CREATE TRIGGER an_index_begins AFTER INSERT ON reports_search_index
    FOR EACH ROW EXECUTE FUNCTION permits.an_index_begins();
