-- What the desk added to tables of the core. Its own table goes with all that hangs on it. The log keeps its acts for good.
DROP POLICY letters_of_the_example_desk ON dispatch_outbox;
ALTER TABLE dispatch_outbox NO FORCE ROW LEVEL SECURITY;
DELETE FROM dispatch_outbox WHERE letter LIKE 'example-%';
ALTER TABLE dispatch_outbox FORCE ROW LEVEL SECURITY;
ALTER TABLE dispatch_alarm NO FORCE ROW LEVEL SECURITY;
DELETE FROM dispatch_alarm WHERE kind LIKE 'example-%';
ALTER TABLE dispatch_alarm FORCE ROW LEVEL SECURITY;
ALTER TABLE reports_sealed_payload NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reports_sealed_header NO FORCE ROW LEVEL SECURITY;
DELETE FROM reports_sealed_payload p USING reports_sealed_header h
    WHERE h.container = p.container AND h.part = 'example-reason';
DELETE FROM reports_sealed_header WHERE part = 'example-reason';
ALTER TABLE reports_sealed_payload FORCE ROW LEVEL SECURITY;
ALTER TABLE reports_sealed_header FORCE ROW LEVEL SECURITY;
