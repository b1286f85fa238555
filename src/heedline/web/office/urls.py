"""URLs of the office site, including those for signing in."""

from __future__ import annotations

from django.urls import path

from heedline.web.entrance import key_pages
from heedline.web.entrance import urls as entrance
from heedline.web.office import me_pages, welfare_pages
from heedline.web.office.board import board_pages
from heedline.web.office.calls import (
    call_after,
    call_back_pages,
    call_files,
    call_pages,
    email_answer_pages,
    first_answer_pages,
)
from heedline.web.office.duty import (
    duty_pages,
    incident_pages,
    paging_check,
    rota_list_pages,
    rota_pages,
    shift_note_pages,
)
from heedline.web.office.files import file_pages
from heedline.web.office.languages import language_pages, skill_pages, translation_pages
from heedline.web.office.linking import interest_pages, match_pages
from heedline.web.office.named_reporters import where_named
from heedline.web.office.oversight import (
    conflict_register_pages,
    dip_sampling_pages,
    figure_pages,
    oversight_pages,
)
from heedline.web.office.partners import partner_pages
from heedline.web.office.practice import practice_call_pages, practice_pages
from heedline.web.office.report import (
    bulk_close_pages,
    bulk_pages,
    check_register_pages,
    danger_pages,
    identity_pages,
    note_pages,
    owner_pages,
    queue_pages,
    reply_pages,
    report_pages,
    retention_pages,
    seen_pages,
    subject_request_pages,
    task_pages,
    timeline_pages,
    trace_pages,
)
from heedline.web.office.search import search_pages
from heedline.web.office.sso import provider_pages
from heedline.web.office.stewards import drop_off_pages, steward_pages, threat_level_pages
from heedline.web.office.subjects import subject_change_pages, subject_pages
from heedline.web.office.training import training_pages

urlpatterns = [
    path("", queue_pages.home, name="home"),
    path("check/paging/", paging_check.paging_check, name="paging-check"),
    *entrance.urlpatterns,
    # signing in by the word of a provider
    path("sign-in/provider/", provider_pages.start, name="provider-start"),
    path("sign-in/provider/back/", provider_pages.back, name="provider-back"),
    path("sign-in/provider/ended/", provider_pages.ended, name="provider-ended"),
    # what an officer may change about it
    path("me/", me_pages.me, name="me"),
    path("me/single-keys/", me_pages.single_keys, name="single-keys"),
    path("me/provider/", provider_pages.mine, name="provider"),
    path("me/provider/yes/", provider_pages.yes, name="provider-yes"),
    path("me/languages/", skill_pages.mine, name="my-languages"),
    path("me/languages/<uuid:skill>/confirm/", skill_pages.confirm, name="language-confirm"),
    # setting up, for stewards
    path("s/", steward_pages.overview, name="setup"),
    path("s/propose/<slug:item>/", steward_pages.propose, name="setup-propose"),
    path("s/confirm/<uuid:ref>/", steward_pages.confirm, name="setup-confirm"),
    path("s/withdraw/<uuid:ref>/", steward_pages.withdraw, name="setup-withdraw"),
    path("s/stop/<uuid:ref>/", steward_pages.stop, name="setup-stop"),
    # a desk that holds reports has a recovery key
    path("w/keys/<slug:desk>/recovery/", key_pages.compare_recovery, name="key-recovery"),
    # searching
    path("w/search/", search_pages.search, name="search"),
    path("w/search/again/", search_pages.try_again, name="search-try-again"),
    path("w/search/<uuid:ref>/", search_pages.results, name="search-results"),
    path("w/matches/", match_pages.matches, name="matches"),
    path("w/interests/", interest_pages.interests, name="interests"),
    path("w/interests/hits/", interest_pages.hits, name="interest-hits"),
    path("w/interests/hits/<uuid:ref>/", interest_pages.clearance, name="interest-clearance"),
    path("w/searches/", search_pages.searches, name="searches"),
    # overseeing: the log, for those who open nothing
    path("w/languages/", language_pages.languages, name="office-languages"),
    path("oversight/", oversight_pages.log, name="oversight"),
    path("oversight/list/", oversight_pages.take_out, name="oversight-list"),
    path("oversight/bulk/", oversight_pages.bulk, name="oversight-bulk"),
    path("oversight/hours/", oversight_pages.hours, name="oversight-hours"),
    path("oversight/early/", oversight_pages.early, name="oversight-early"),
    path("oversight/refused/", oversight_pages.refused, name="oversight-refused"),
    path("oversight/figures/", figure_pages.figures, name="oversight-figures"),
    path("oversight/own/", conflict_register_pages.own, name="oversight-own"),
    # work
    path("w/", queue_pages.my_work, name="my-work"),
    path("w/index/step/", queue_pages.index_step, name="index-step"),
    path("w/q/<slug:desk>/", queue_pages.queue, name="queue"),
    path("w/q/<slug:desk>/new/", queue_pages.queue_new, name="queue-new"),
    path("w/q/<slug:desk>/view/", queue_pages.save_view, name="queue-view-save"),
    path("w/views/<uuid:ref>/delete/", queue_pages.delete_view, name="queue-view-delete"),
    path("w/board/", board_pages.boards, name="boards"),
    path("w/board/<slug:desk>/repeats/", board_pages.repeats, name="board-repeats"),
    path("w/board/<slug:desk>/tasks/", board_pages.tasks, name="board-tasks"),
    path("w/board/<slug:desk>/pass-on/<uuid:officer>/", board_pages.pass_on, name="board-pass-on"),
    path("w/board/<slug:desk>/records/", board_pages.records, name="board-records"),
    path("w/board/<slug:desk>/", board_pages.board, name="board"),
    path("w/threat-level/", threat_level_pages.threat_level, name="threat-level"),
    path("w/threat-level/<uuid:ref>/", threat_level_pages.decide, name="threat-level-decide"),
    path("w/incidents/", incident_pages.incident_list, name="incidents"),
    path("w/incidents/close/", incident_pages.close, name="incident-close"),
    path("w/r/<uuid:ref>/answer/", first_answer_pages.first_answer, name="report-answer"),
    path("w/r/<uuid:ref>/answer/email/", email_answer_pages.email_answer, name="report-email"),
    path("w/calls/", where_named(call_back_pages.calls), name="calls"),
    path("w/translations/", translation_pages.translations, name="translations"),
    path("w/q/<slug:desk>/bulk/", bulk_pages.bulk, name="bulk"),
    path("w/q/<slug:desk>/bulk/undo/", bulk_pages.bulk_undo, name="bulk-undo"),
    path("w/q/<slug:desk>/alike/", bulk_close_pages.alike, name="alike"),
    path("w/q/<slug:desk>/alike/<uuid:ref>/", bulk_close_pages.alike_group, name="alike-group"),
    path("w/q/<slug:desk>/sweep/", bulk_close_pages.sweep, name="sweep"),
    path("w/sweeps/<uuid:ref>/", bulk_close_pages.made, name="sweep-made"),
    path("w/sweeps/<uuid:ref>/undo/", bulk_close_pages.undo, name="sweep-undo"),
    path("w/r/<uuid:ref>/", report_pages.report, name="report"),
    path("w/r/<uuid:ref>/take/", queue_pages.take, name="report-take"),
    path("w/r/<uuid:ref>/release/", queue_pages.release, name="report-release"),
    path("w/r/<uuid:ref>/danger/pass/", report_pages.pass_danger, name="report-pass-danger"),
    path("w/r/<uuid:ref>/danger/", danger_pages.danger, name="report-danger"),
    path("w/r/<uuid:ref>/owner/", owner_pages.owner, name="report-owner"),
    path("w/r/<uuid:ref>/notice/<uuid:notice>/", queue_pages.notice_read, name="report-notice"),
    path("w/r/<uuid:ref>/next-action/", owner_pages.next_action, name="report-next-action"),
    path("w/r/<uuid:ref>/writing/", owner_pages.keep_writing, name="report-writing"),
    path("w/r/<uuid:ref>/ask/", reply_pages.ask, name="report-ask"),
    path("w/r/<uuid:ref>/messages-read/", reply_pages.mark_read, name="report-messages-read"),
    path("w/r/<uuid:ref>/call/", where_named(call_back_pages.call_back), name="report-call"),
    path("w/r/<uuid:ref>/files/", file_pages.files, name="report-files"),
    path("w/r/<uuid:ref>/files/<uuid:file>/", file_pages.file, name="report-file"),
    path("w/r/<uuid:ref>/files/<uuid:file>/original/", file_pages.original, name="report-original"),
    path("w/welfare/", welfare_pages.welfare, name="welfare"),
    path("w/break/", file_pages.take_a_break, name="break"),
    path("w/r/<uuid:ref>/language/", translation_pages.say_language, name="report-language"),
    path("w/r/<uuid:ref>/translation/", translation_pages.of_report, name="report-translation"),
    path("w/r/<uuid:ref>/translation/<uuid:task>/", translation_pages.translation, name="translation"),
    path("w/r/<uuid:ref>/partners/", partner_pages.of_report, name="report-partners"),
    path("w/r/<uuid:ref>/partners/write/", partner_pages.write, name="report-partners-write"),
    path("w/r/<uuid:ref>/hand-over/", report_pages.hand_over, name="report-hand-over"),
    path("w/r/<uuid:ref>/return/", report_pages.return_to, name="report-return"),
    path("w/r/<uuid:ref>/close/", report_pages.close, name="report-close"),
    path("w/r/<uuid:ref>/close/withdraw/", report_pages.withdraw_closing, name="report-withdraw-closing"),
    path("w/r/<uuid:ref>/reopen/", report_pages.reopen, name="report-reopen"),
    path("w/r/<uuid:ref>/identity/", where_named(identity_pages.of_report), name="report-identity"),
    path("w/r/<uuid:ref>/trace/", where_named(trace_pages.of_report), name="report-trace"),
    path("w/r/<uuid:ref>/check/", dip_sampling_pages.check, name="check"),
    path("w/checks/", dip_sampling_pages.checks, name="checks"),
    path("w/checks/results/", dip_sampling_pages.results, name="check-results"),
    path("w/r/<uuid:ref>/seen/", seen_pages.seen, name="report-seen"),
    path("w/r/<uuid:ref>/matches/", match_pages.of_report, name="report-matches"),
    path("w/r/<uuid:ref>/seen/<uuid:other>/", seen_pages.link, name="report-link"),
    path("w/r/<uuid:ref>/subjects/", subject_pages.subjects, name="report-subjects"),
    path("w/r/<uuid:ref>/subjects/add/", subject_pages.add, name="report-subject-add"),
    path("w/r/<uuid:ref>/subjects/<uuid:link>/", subject_pages.subject, name="report-subject"),
    path("w/r/<uuid:ref>/subjects/<uuid:link>/print/", subject_pages.printed, name="report-subject-print"),
    path("w/r/<uuid:ref>/subjects/<uuid:link>/link/", subject_change_pages.link, name="report-subject-link"),
    path("w/r/<uuid:ref>/subjects/<uuid:link>/value/", subject_change_pages.add, name="report-subject-value"),
    path(
        "w/r/<uuid:ref>/subjects/<uuid:link>/value/<uuid:value>/",
        subject_change_pages.correct,
        name="report-subject-correct",
    ),
    path("w/r/<uuid:ref>/notes/", note_pages.notes, name="report-notes"),
    path("w/r/<uuid:ref>/notes/<uuid:note>/", note_pages.note, name="report-note"),
    path("w/r/<uuid:ref>/checks/", check_register_pages.checks, name="report-checks"),
    path("w/r/<uuid:ref>/tasks/", task_pages.tasks, name="report-tasks"),
    path("w/r/<uuid:ref>/tasks/<uuid:errand>/", task_pages.task, name="report-task"),
    path("w/r/<uuid:ref>/timeline/", timeline_pages.timeline, name="report-timeline"),
    path("w/r/<uuid:ref>/print/", timeline_pages.printed, name="report-print"),
    path("w/r/<uuid:ref>/history/", report_pages.history, name="report-history"),
    # what is sent to partners outside
    path("w/partners/", partner_pages.all_partners, name="partners"),
    path("w/partners/<uuid:ref>/", partner_pages.partner, name="partner"),
    path("w/sent/<uuid:ref>/", partner_pages.sent, name="sent"),
    # who was trained in what
    path("w/training/", training_pages.overview, name="training"),
    path("w/training/<slug:item>/", training_pages.record, name="training-record"),
    path("w/training/record/<uuid:ref>/", training_pages.withdraw, name="training-withdraw"),
    # practice: the pages of a report and of a call, on what is none (`practice_urls` leads from one to the other)
    path("w/practise/", practice_pages.practise, name="practise"),
    path("w/practise/people/", practice_pages.people, name="practise-people"),
    path("w/practise/queue/<slug:item>/", practice_pages.back, name="practise-back"),
    path("w/practise/r/<uuid:ref>/", practice_pages.report, name="practise-report"),
    path("w/practise/r/<uuid:ref>/take/", practice_pages.take, name="practise-take"),
    path("w/practise/r/<uuid:ref>/ask/", practice_pages.ask, name="practise-ask"),
    path("w/practise/r/<uuid:ref>/close/", practice_pages.close, name="practise-close"),
    path("w/practise/r/<uuid:ref>/answer/", practice_pages.answer, name="practise-answer"),
    path("w/practise/r/<uuid:ref>/not/<slug:item>/", practice_pages.not_practised, name="practise-not"),
    path("w/practise/call/", practice_call_pages.call, name="practise-call"),
    path("w/practise/call/save/", practice_call_pages.save, name="practise-call-save"),
    # taking a report down for somebody else
    path("w/call/", call_pages.call, name="call"),
    path("w/call/save/", call_pages.save, name="call-save"),
    path("w/call/<int:number>/files/", call_files.files, name="call-files"),
    path("w/call/<int:number>/files/add/", call_files.file_add, name="call-file-add"),
    path("w/call/<int:number>/files/remove/", call_files.file_remove, name="call-file-remove"),
    path("w/call/<int:number>/files/resumable/", call_files.file_uploads, name="call-file-uploads"),
    path(
        "w/call/<int:number>/files/resumable/<uuid:upload>/", call_files.file_upload, name="call-file-upload"
    ),
    path("w/call/check/", call_pages.check, name="call-check"),
    path("w/call/code/", call_after.code, name="call-code"),
    path("w/call/wrap-up/", call_after.wrap_up, name="call-wrap-up"),
    path("w/call/sheet/", call_pages.blank_sheet, name="call-sheet"),
    # who sent it: asked for, decided, opened
    path("w/identity/", where_named(identity_pages.requests), name="identity"),
    path("w/identity/<uuid:ref>/", where_named(identity_pages.decide), name="identity-request"),
    path("w/identity/<uuid:ref>/open/", where_named(identity_pages.open_it), name="identity-open"),
    path("w/identity/<uuid:ref>/statement/", where_named(trace_pages.statement), name="trace-statement"),
    # the public site, as numbers
    path("w/figures/", drop_off_pages.figures, name="figures"),
    path("w/figures/file/", drop_off_pages.figures_file, name="figures-file"),
    # how long it is kept
    path("w/kept/", retention_pages.review_queue, name="keeping"),
    path("w/kept/<uuid:ref>/", retention_pages.decide, name="keeping-decide"),
    path("w/r/<uuid:ref>/keeping/", retention_pages.of_report, name="report-keeping"),
    path("w/certificates/", retention_pages.certificates, name="certificates"),
    path("w/certificates/<uuid:ref>/", retention_pages.certificate, name="certificate"),
    path("w/certificates/<uuid:ref>/file/", retention_pages.certificate_file, name="certificate-file"),
    path("w/subjects/", subject_request_pages.register, name="subjects"),
    path("w/subjects/<uuid:ref>/", subject_request_pages.one, name="subject"),
    # being there
    path("w/alarms/", duty_pages.alarm_list, name="alarms"),
    path("w/alarms/<uuid:alarm>/acknowledge/", duty_pages.acknowledge, name="alarm-acknowledge"),
    path("w/alarms/<uuid:alarm>/clear/", duty_pages.clear, name="alarm-clear"),
    path("w/duty/", duty_pages.rota, name="rota"),
    path("w/duty/<slug:desk>/on/", duty_pages.come_on, name="duty-come-on"),
    path("w/duty/<slug:desk>/off/", duty_pages.go_off, name="duty-go-off"),
    # the rota: planned by supervisors of the desk and by stewards
    path("w/duty/<slug:desk>/rota/", rota_pages.rota_week, name="rota-week"),
    path("w/duty/<slug:desk>/rota/shift/", rota_pages.add_shift, name="rota-shift"),
    path("w/duty/<slug:desk>/rota/cancel/", rota_pages.cancel_shift, name="rota-cancel"),
    path("w/duty/<slug:desk>/rota/undo/", rota_pages.undo_plan, name="rota-undo"),
    path("w/duty/<slug:desk>/rota/fill/", rota_pages.fill_week, name="rota-fill"),
    path("w/duty/<slug:desk>/rota/import/", rota_pages.import_rota, name="rota-import"),
    path("w/duty/<slug:desk>/rota/pattern/", rota_list_pages.pattern, name="rota-pattern"),
    path("w/duty/<slug:desk>/rota/on-call/", rota_list_pages.on_call, name="rota-on-call"),
    path("w/duty/<slug:desk>/notes/", shift_note_pages.shift_note_list, name="shift-notes"),
    path(
        "w/duty/<slug:desk>/notes/<uuid:shift_note>/acknowledge/",
        shift_note_pages.acknowledge,
        name="shift-note-acknowledge",
    ),
]
