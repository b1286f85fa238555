-- Five schemas of functions, each owned through its functions by a role that owns no table. What is not granted in
-- roles/ is refused. The roles themselves are made by the operator or the embedded launcher (launch/roles.py).
CREATE SCHEMA door;       -- what the internet-facing process can do
CREATE SCHEMA permits;    -- whose session this is, and what policies let nobody do
CREATE SCHEMA clockwork;  -- what the worker may do to rows that it may not read
CREATE SCHEMA viewer;     -- what the files origin can do
CREATE SCHEMA history;    -- which statements the log names: every process compares

-- A sealed draft is random: compressing it again costs time and saves nothing. Most are of the smallest size (vault/small.py),
-- of which two fit on a page of 8 KiB. A page takes one, and the next version of it: saving a draft again then changes no
-- index, leaves nothing dead in other tables, and the space of the version before is used for the one after.
ALTER TABLE intake_draft ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE intake_draft SET (toast_tuple_target = 8160, fillfactor = 45);

-- So are the sealed parts of a report, and their headers are random letters.
ALTER TABLE reports_sealed_header ALTER COLUMN header SET STORAGE EXTERNAL;
ALTER TABLE reports_sealed_payload ALTER COLUMN payload SET STORAGE EXTERNAL;

-- Comparing statements with the log must not read the whole log.
CREATE INDEX event_statement ON audit_event (((detail ->> 'serial')::int)) WHERE act = 'statement-signed' AND outcome = 'done';
