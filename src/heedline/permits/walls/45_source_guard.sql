-- That something was referred to the source unit, or sent although the guard warned: letters that call supervisors.
CREATE POLICY letters_of_the_source_guard ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter IN ('source-referred', 'source-overridden'));
