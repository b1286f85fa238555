-- heedline_public: the internet-facing process. It reads published tables, and everything else it does is a function of
-- the door. It can read no report.

GRANT USAGE ON SCHEMA public, door, history TO heedline_public;

-- the log
-- one checkpoint a day: policies/log.sql
GRANT SELECT ON audit_checkpoint TO heedline_public;

-- people, desks and hours
GRANT SELECT ON desks_desk TO heedline_public;
GRANT SELECT ON desks_installation TO heedline_public;

-- keys: public halves and ciphertext
GRANT SELECT ON keys_statement TO heedline_public;

-- Rights on a function are given by its owner.
SET ROLE heedline_door;
GRANT EXECUTE ON FUNCTION
    door.add_counts(text[], text[], text[], integer[]),
    door.archive_questions(text, bytea),
    door.ask_to_withdraw(bytea),
    door.delete_draft(bytea),
    door.delete_messages(bytea),
    door.incidents(),
    door.is_key_of_the_site(bytea),
    door.load_draft(bytea),
    door.mark_seen(bytea, uuid[]),
    door.new_messages(bytea, uuid[]),
    door.save_draft(bytea, bytea, integer, bytea, bigint, bigint),
    door.say(bytea, uuid, bytea, uuid, bytea, bytea, bytea, uuid[], interval, text, uuid[], bytea[], uuid[], bigint[]),
    door.show_only_new(bytea, boolean),
    door.slot(),
    door.spend_form(bytea, integer),
    door.submit_report(uuid, bytea, bytea, bytea, text, text, text, text, smallint, uuid, uuid, interval, text,
        uuid, bytea, bytea, bytea, uuid[], uuid, bytea, bytea, bytea, uuid[], bytea[], uuid, bytea,
        uuid[], bytea[], uuid[], bigint[], uuid),
    door.submit_reports(uuid[], bytea[], bytea[], bytea[], text[], text[], text[], smallint[], uuid[], uuid[], interval[],
        text[], uuid[], bytea[], bytea[], bytea[], uuid[], bytea[], bytea[], bytea[], integer[], integer[],
        uuid[], bytea[], uuid[], bytea[]),
    door.threat_levels(text),
    door.visit(bytea),
    door.wait_for_the_disk()
TO heedline_public;
SET ROLE heedline_usher;
GRANT EXECUTE ON FUNCTION
    history.logged_statement_count(),
    history.logged_statements()
TO heedline_public;
SET ROLE heedline_owner;
