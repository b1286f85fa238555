"""Tests that every column is classified here as plain, personal or sealed, so that a new one fails until it is."""

from __future__ import annotations

from django.apps import apps
from django.db import models

#: plain: ids, codes of packs, flags, counts, clocks. Anyone who steals the table may have them.
#: staff: who an officer is and when they worked. Personal data of staff, not of the public.
#: sealed: ciphertext, whose key is not in the database.
#: digest: a hash, a MAC or a public key.
PLAIN: dict[str, str] = {
    "audit_event": "id generation xid act desk thing thing_id outcome detail",
    "audit_waiting": "id slot act desk report outcome detail",
    "audit_tile": "level number",
    "audit_mark": "id size generation xid event newest",
    "audit_checkpoint": "feed size generation old slot note key",
    "dispatch_outbox": "id letter desk thing_id slot",
    "dispatch_alarm": "id kind desk_id about_kind about_id slot steps_sent failures because settled",
    "dispatch_worker_beat": "id minute",
    "keys_statement": "id serial kind signed",
    "keys_epoch": "id desk_id opens_on retired_at destroyed_on",
    "keys_grant": "id epoch_id",
    "keys_wrapping": "id way proven",
    "keys_own_term": "id registered_on",
    "desks_saved_view": "id",
    "desks_installation": "id born installation",
    "desks_organisation": "id code name",
    "desks_daily_count": "desk_id day figure band number",
    "desks_viewing_minutes": "day minutes",
    "material_examiner_day": "day minutes severe",
    "desks_desk": "id code name organisation_id kind round_the_clock authoriser_id",
    "desks_officer": "id organisation_id is_active single_keys",
    "desks_appointment": "id role desk_id ended_on",
    "desks_pattern_slot": "id desk_id weekday begins ends",
    "desks_shift": "id desk_id starts_at ends_at planned_in",
    "desks_shift_note": "id desk_id epochs",
    "desks_invitation": "expires_at",
    "desks_proposal": "id act statement also_statement issued_on closed_on carried_out",
    "desks_on_call": "id desk_id step",
    "intake_count": "hour kind step what number",
    "desks_language_skill": "id language confirmed_on",
    "desks_exercise": "id scenario stage version priority danger outcome began_on ended_on",
    "desks_completed_training": "id training completed_on recorded_on withdrawn_on",
    "intake_draft": "expires sendings settled begun",
    "intake_question_set": "name canonical",
    "reports_report": "id kind channel area urgency priority danger_to_life desk_id watch_id incident_id question_set stage slot"
    " received_on settled due_at rank seen offered lease_until version withdraw_asked unread outcome status",
    "reports_call_back": "report_id due_at missed done",
    "reports_hand_over": "id report_id from_desk_id to_desk_id due_at state",
    "reports_sealed_header": "container report_id part epochs",
    "reports_sealed_payload": "container report_id",
    "reports_identity_share": "id report_id share epoch",
    "reports_identity_request": "id report_id desk_id authoriser_desk_id purpose ground minutes asked_words approved granted_minutes asked_back"
    " decided_words opens_until",
    "reports_released_share": "request_id until",
    "reports_keeping": "report_id group review_on identity_until identity_gone_on",
    "reports_review": "id report_id group reason words next_on on",
    "reports_hold": "id report_id reason words placed_on released_on",
    "reports_disposal": "id report desk_id group reason proposed_on proposal decided_on done certificate true_from",
    "reports_subject_request": "id desk_id reference right received_on due_on epochs answer answered_on",
    "reports_receipt": "report_id closed only_new touched",
    "reports_message": "id report_id from_us container slot sent_on position seen settled",
    "reports_dip_check": "id report_id desk_id week verdict answers words remedy",
    "reports_incident": "id name slug kind desk_id",  # public while its form is open, and its address afterwards
    "reports_threat_level": "id desk_id scope level source read_on state",  # public once it is confirmed
    "reports_sweep": "id desk_id until outcome closed left_out not_restored",
    "reports_swept": "id sweep_id report_id version slot due_at status",
    "reports_dissemination": "id report_id partner_id state purpose basis conditions urgent answer_minutes answer_by meets_on due_at version"
    " container necessity compared key answer_code answer answer_key ended_words",
    "reports_earlier_answer": "id report_id dissemination_id number code container key",
    "reports_translation": "id report_id message_id outward asked_words due_at state",
    "reports_translation_text": "id report_id translation_id number container",
    "reports_note_revision": "id report_id note number container",
    "reports_presence": "report_id",
    "reports_owner_notice": "id report_id note",
    "reports_task": "id report_id due_at container state ended_note",
    "reports_file": "container report_id message_id object size state",
    "reports_derivative": "container report_id file_id number description object size state",
    "material_item": "id desk_id container state round version found_on closed_audience indexed referral_due_at",
    "material_examination": "id item_id round place outcome met container evidence",
    "material_examiner_account": "id",
    "material_evidence": "id item_id number container damaged routine",
    "material_liveness_watch": "item_id desk_id done due_at late_at",
    "material_hash_bank": "id desk_id container entries",
    "material_disposal": "id desk_id item proposed_on decided_on done certificate figures",
    "reports_desk_file": "container desk_id thing made_from description object size state",
    "material_notice": "id desk_id item_id reference basis crisis state answer version container approved_container"
    " acknowledge_by answer_by acknowledged_at answered_at given_on evidence step due_at escalated token_until",
    "material_notice_attempt": "id notice_id outcome container",
    "material_notice_answer": "id notice_id answer container",
    "material_sighting": "id item_id verdict",
    "material_channel_test": "id desk_id company channel passed",
    "reports_desk_part_header": "container desk_id thing part epoch",
    "reports_desk_part_payload": "container desk_id thing",
    "reports_record": "id desk_id kind state held version container due_at parent_id pair indexed",
    "reports_record_step": "id record_id number move from_state to_state note",
    "reports_record_move": "id kind from_state move to_state held decides involves told owner",
    "reports_search": "id desks kind hits reasoned epochs",
    "reports_search_index": "id desk_id epoch size reports version purge purge_by rekeyed",
    "reports_search_page": "index_id number generation version",
    "reports_search_waiting": "id desk_id report aside gone purge_by",
    "reports_sealed_values": "id report desk_id parts slot indexed matched_at due_at epochs",
    "reports_desk_notice": "id desk_id on aside epochs",
    "reports_desk_question": "id from_desk_id to_desk_id due_at",
    "reports_interest": "id home_id desk_id until indexed matches epochs",
    "reports_interest_hit": "id interest_id home_id on epochs",
    "reports_danger": "id report_id watch_added review_at discharge_note discharged_alone discharge_review_note",
    "reports_danger_entry": "id danger_id report_id number told note",
    "reports_step": "id report_id number version move from_stage to_stage on from_desk to_desk codes note",
    "permits_session": "site expires_at",
    "permits_secret_attempts": "site slot counted_until",
    "permits_sign_in_proof": "site",
    "permits_unlocked": "session_id idle_until",
    "permits_held_form": "expires_at",
    "permits_view_token": "report file dissemination purpose used expires_at ends_at",
    "permits_provider_session": "session_id good_at ask_at asking_until",
    "permits_provider_notice": "expires_at",
}
STAFF: dict[str, str] = {
    "audit_waiting": "actor",
    "audit_event": "actor at",
    "dispatch_alarm": "paged acknowledged_by acknowledged_at cleared_by cleared_at",
    "keys_grant": "officer_id",
    "keys_wrapping": "officer_id",
    "keys_acquaintances": "officer_id",
    "keys_own_term": "officer_id registered_by_id",
    "desks_saved_view": "officer_id",
    "desks_officer": "email name last_login",
    "desks_appointment": "officer_id",
    "desks_pattern_slot": "officer_id",
    "desks_shift": "officer_id",
    "desks_shift_note": "by_id at acknowledged_by_id acknowledged_at",
    "desks_invitation": "officer_id",
    "desks_proposal": "facts proposed_by_id proposed_at closed_by_id",
    "desks_provider_binding": "officer_id bound_on password_until",
    "desks_on_call": "officer_id",
    "desks_viewing_minutes": "officer_id minute",
    "material_examiner_day": "officer_id",
    "desks_language_skill": "officer_id confirmed_by_id",
    "desks_exercise": "officer_id",
    "desks_completed_training": "officer_id recorded_by_id withdrawn_by_id",
    "reports_report": "owner_id lease_by_id",
    "reports_record": "owner_id offered_id",
    "reports_record_step": "by_id at",
    "reports_identity_request": "asked_by_id asked_at decided_by_id decided_at",
    "reports_released_share": "officer_id",
    "reports_review": "by_id",
    "reports_hold": "placed_by_id released_by_id",
    "reports_disposal": "proposed_by_id decided_by_id",
    "reports_subject_request": "opened_by_id answered_by_id",
    "reports_message": "voice",
    "reports_danger": "opened_by_id opened_at acknowledged_by_id acknowledged_at offered_to_id offered_by_id"
    " discharge_asked_by_id discharge_asked_at discharged_by_id discharged_at discharge_reviewed_by_id"
    " discharge_reviewed_at",
    "reports_danger_entry": "by_id at",
    "reports_step": "by_id at",
    "reports_hand_over": "by_id at ended_by_id ended_at",
    "reports_dip_check": "judged_by_id judged_on remedied_by_id remedied_on",
    "reports_dissemination": "voice written_by_id written_at checked_by_id checked_at sent_at receipt received_by_id"
    " received_at answer_voice answered_by_id answered_at ended_by_id ended_at",
    "reports_earlier_answer": "voice by_id at",
    "reports_translation": "asked_by_id asked_on assigned_to_id",
    "reports_translation_text": "by_id on",
    "reports_note_revision": "by_id at",
    "reports_presence": "officer_id minute",
    "reports_task": "owner_id set_by_id set_at ended_by_id ended_at",
    "reports_owner_notice": "officer_id to_id by_id at seen_at",
    "material_item": "owner_id audience_approved_by_id",
    "material_examination": "officer_id at",
    "material_examiner_account": "officer_id day minutes since_break last_at break_until last_severe",
    "material_evidence": "officer_id at",
    "material_liveness_watch": "began_at",
    "material_notice": "composer_id approver_id owner_id composed_at approved_at sent_at",
    "material_notice_attempt": "officer_id at",
    "material_notice_answer": "officer_id at",
    "material_sighting": "officer_id at",
    "material_channel_test": "officer_id at",
    "material_disposal": "proposed_by_id decided_by_id",
    "reports_search": "officer_id at",
    "reports_desk_question": "owner_id",
    "reports_interest": "owner_id registered_at ended_at unindexed_since",
    "reports_interest_hit": "owner_id acknowledged_at",
    "reports_incident": "opened_at opened_by_id closed_at closed_by_id",
    "reports_threat_level": "entered_at entered_by_id decided_at decided_by_id",
    "reports_sweep": "by_id at undone_by_id undone_at",
    "permits_session": "officer_id",
    "permits_held_form": "officer",
    "intake_draft": "officer",
}
SEALED: dict[str, str] = {
    "keys_grant": "sealed",
    "keys_wrapping": "wrapped",
    "keys_acquaintances": "sealed",
    "keys_own_term": "sealed",
    "desks_saved_view": "sealed",
    "desks_shift_note": "header payload",
    "intake_draft": "sealed",
    "reports_sealed_header": "header",
    "reports_sealed_payload": "payload",
    "reports_identity_share": "sealed",
    "reports_released_share": "sealed",
    "reports_message": "copy_header copy_payload",
    "material_examiner_account": "opted_out",
    "reports_desk_part_header": "header",
    "reports_desk_part_payload": "payload",
    "reports_search": "header payload",
    "reports_search_index": "header payload",
    "reports_search_page": "sealed",
    "reports_sealed_values": "header payload",
    "reports_desk_notice": "header payload",
    "reports_interest": "header payload",
    "reports_interest_hit": "header payload",
    "reports_subject_request": "header payload",
    "permits_session": "sealed",
    "permits_unlocked": "sealed",
    "permits_view_token": "sealed prepared",
    "permits_provider_session": "sealed",
    "permits_held_form": "sealed",
    "desks_exercise": "sealed",
}
DIGEST: dict[str, str] = {
    "material_notice": "token",
    "audit_tile": "hashes",
    "audit_checkpoint": "proof",
    "desks_officer": "password",
    "desks_invitation": "code kem signing",
    "desks_proposal": "made also_made",
    "keys_own_term": "key",
    "desks_provider_binding": "account",
    "intake_draft": "row",
    "intake_question_set": "digest",
    "reports_sealed_payload": "sha256",
    "material_evidence": "head stamp",
    "reports_dissemination": "sha256",
    "reports_receipt": "lookup reporter_key body_mac",
    "reports_message": "body_mac",
    "reports_search": "session",
    "permits_session": "row",
    "permits_sign_in_proof": "digest",
    "permits_view_token": "digest session",
    "permits_provider_session": "sid",
    "permits_provider_notice": "row",
    "permits_held_form": "row",
}
CLASSES = {"plain": PLAIN, "staff": STAFF, "sealed": SEALED, "digest": DIGEST}
#: Columns of plain text or JSON on tables of reports hold codes of packs. Free words there would be words in the clear.
CODES_ONLY = {
    ("reports_report", "kind"),
    ("reports_report", "channel"),
    ("reports_report", "area"),
    ("reports_report", "urgency"),
    ("reports_report", "priority"),
    ("reports_report", "question_set"),
    ("reports_report", "stage"),
    ("reports_report", "outcome"),
    ("reports_report", "status"),
    ("reports_desk_part_header", "part"),
    *(("reports_record", name) for name in ("kind", "state", "held")),
    *(("reports_record_step", name) for name in ("move", "from_state", "to_state")),
    *(("reports_record_move", name) for name in ("kind", "from_state", "move", "to_state", "held", "owner")),
    ("reports_search", "kind"),
    ("reports_search_index", "purge"),
    ("reports_sealed_header", "part"),
    ("reports_message", "voice"),
    ("reports_dissemination", "state"),
    ("reports_task", "state"),
    ("reports_file", "state"),
    ("reports_derivative", "state"),
    ("reports_desk_file", "state"),
    ("reports_dissemination", "purpose"),
    ("reports_dissemination", "basis"),
    ("reports_dissemination", "answer_code"),
    ("reports_dissemination", "voice"),  # signatures: casework.keys.session_signing
    ("reports_dissemination", "receipt"),
    ("reports_dissemination", "answer_voice"),
    ("reports_earlier_answer", "code"),
    ("reports_earlier_answer", "voice"),
    ("reports_translation", "state"),
    ("reports_hand_over", "state"),
    ("reports_step", "move"),
    ("reports_step", "from_stage"),
    ("reports_step", "to_stage"),
    ("reports_step", "codes"),
    ("reports_dip_check", "answers"),
    ("reports_dip_check", "verdict"),
    ("reports_incident", "name"),  # public: the heading of a page of the public site
    ("reports_incident", "slug"),
    ("reports_incident", "kind"),
    ("reports_threat_level", "scope"),  # public
    ("reports_threat_level", "level"),
    ("reports_threat_level", "source"),
    ("reports_threat_level", "state"),
    ("reports_sweep", "outcome"),
    ("reports_sweep", "left_out"),
    ("reports_sweep", "not_restored"),
    ("reports_swept", "status"),
    ("reports_identity_request", "purpose"),
    ("reports_identity_request", "ground"),
    ("reports_keeping", "group"),
    ("reports_review", "group"),
    ("reports_review", "reason"),
    ("reports_hold", "reason"),
    ("reports_disposal", "group"),
    ("reports_disposal", "reason"),
    ("reports_disposal", "proposal"),  # ids, dates, codes and signatures: casework.keys.certificates
    ("reports_disposal", "certificate"),
    ("reports_subject_request", "reference"),  # a number of the data-protection officer's
    ("reports_subject_request", "right"),
    ("reports_subject_request", "answer"),
    ("dispatch_outbox", "letter"),
    ("dispatch_alarm", "kind"),
    ("dispatch_alarm", "about_kind"),
    ("dispatch_alarm", "because"),
}


def ours() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m.__module__.startswith("heedline.")]


def columns() -> dict[tuple[str, str], models.Field]:  # type: ignore[type-arg]
    return {(m._meta.db_table, f.column): f for m in ours() for f in m._meta.concrete_fields}


def classed() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name, tables in CLASSES.items():
        for table, words in tables.items():
            for column in words.split():
                assert (table, column) not in found, f"{table}.{column} is classed twice"
                found[table, column] = name
    return found


def test_every_column_is_classed_once() -> None:
    assert set(classed()) == set(columns())


def test_bytes_are_sealed_or_digests() -> None:
    """The questions as they were asked are an exception, because they are public."""
    for key, field in columns().items():
        if isinstance(field, models.BinaryField) and key != ("intake_question_set", "canonical"):
            assert classed()[key] in {"sealed", "digest"}, key


def test_whatever_is_sealed_can_hold_ciphertext_only() -> None:
    for key, field in columns().items():
        if classed()[key] == "sealed":
            assert isinstance(field, models.BinaryField) or key == ("keys_wrapping", "wrapped"), key


def test_no_column_near_a_report_holds_free_words() -> None:
    found = {
        key
        for key, field in columns().items()
        if key[0].startswith(("reports_", "dispatch_"))
        and isinstance(field, models.CharField | models.TextField | models.JSONField)
    }
    assert found == CODES_ONLY


def test_ids_of_reports_are_random() -> None:
    for (table, column), field in columns().items():
        if (
            table.startswith(("reports_", "dispatch_"))
            and field.primary_key
            and table != "dispatch_worker_beat"
        ):
            assert isinstance(field, models.UUIDField | models.OneToOneField), f"{table}.{column}"
            assert not isinstance(field, models.AutoField)


def test_models_print_nothing_of_what_they_hold() -> None:
    for model in ours():
        assert "__str__" not in vars(model), model
