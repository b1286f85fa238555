-- heedline_backup: it reads everything, and writes that it did.

GRANT USAGE ON SCHEMA public, door, permits, clockwork TO heedline_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO heedline_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO heedline_backup;

-- Rights on a function are given by its owner.
SET ROLE heedline_settler;
GRANT EXECUTE ON FUNCTION
    clockwork.note_backup(boolean)
TO heedline_backup;
SET ROLE heedline_owner;
