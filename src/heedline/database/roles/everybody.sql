-- PUBLIC, which is everybody, has no right on anything of ours, and from here on nobody but the owner makes things.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
SET ROLE heedline_door;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA door FROM PUBLIC;
SET ROLE heedline_usher;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA permits FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA history FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA viewer FROM PUBLIC;
SET ROLE heedline_settler;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA clockwork FROM PUBLIC;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA door FROM heedline_door;
REVOKE CREATE ON SCHEMA permits, history, viewer FROM heedline_usher;
REVOKE CREATE ON SCHEMA clockwork FROM heedline_settler;
