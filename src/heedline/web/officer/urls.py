"""Every address of the office. What allauth could do besides (sign-up, password mails, social accounts) is not mounted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import path

from heedline.web.declared import Audience, open_to
from heedline.web.officer import (
    call_after,
    call_back_pages,
    call_pages,
    check_pages,
    desk_pages,
    duty_pages,
    enrol_pages,
    figure_pages,
    identity_pages,
    keeping_pages,
    key_pages,
    language_pages,
    me_pages,
    oversight_pages,
    own_term_pages,
    passkey_pages,
    practice_call_pages,
    practice_pages,
    provider_pages,
    reply_pages,
    report_pages,
    sign_in_views,
    skill_pages,
    steward_pages,
    subject_pages,
    sweep_pages,
    trace_pages,
    training_pages,
    translation_pages,
    unlocking,
)


def _door(view: Any) -> Callable[..., Any]:
    """A page of signing in: for people who are not signed in yet."""
    shown: Callable[..., Any] = view.as_view()
    return open_to(Audience.SIGNING_IN)(shown)


def _security(view: Any) -> Callable[..., Any]:
    """A page about one's own sign-in."""
    shown: Callable[..., Any] = view.as_view()
    return open_to(Audience.OFFICERS)(shown)


urlpatterns = [
    path("", desk_pages.home, name="home"),
    # signing in; the names are allauth's
    path("sign-in/", _door(sign_in_views.SignIn), name="account_login"),
    path("sign-in/second/", _door(sign_in_views.SecondStep), name="mfa_authenticate"),
    path("sign-in/passkey/", _door(sign_in_views.PasskeySignIn), name="mfa_login_webauthn"),
    path("sign-in/provider/", provider_pages.start, name="provider-start"),
    path("sign-in/provider/back/", provider_pages.back, name="provider-back"),
    path("sign-in/provider/ended/", provider_pages.ended, name="provider-ended"),
    path("sign-in/not-possible/", _door(sign_in_views.Inactive), name="account_inactive"),
    path("sign-out/", _door(sign_in_views.SignOut), name="account_logout"),
    # what an officer may change about it
    path("me/", me_pages.me, name="me"),
    path("me/provider/", provider_pages.mine, name="provider"),
    path("me/provider/yes/", provider_pages.yes, name="provider-yes"),
    path("me/languages/", skill_pages.mine, name="my-languages"),
    path("me/languages/<uuid:skill>/confirm/", skill_pages.confirm, name="language-confirm"),
    path("me/confirm/", _security(sign_in_views.ConfirmByPassword), name="account_reauthenticate"),
    path("me/confirm/code/", _security(sign_in_views.ConfirmByCode), name="mfa_reauthenticate"),
    path(
        "me/confirm/passkey/", _security(sign_in_views.ConfirmByPasskey), name="mfa_reauthenticate_webauthn"
    ),
    path("me/security/", _security(sign_in_views.Security), name="mfa_index"),
    path("me/security/code-app/", _security(sign_in_views.SetUpCodeApp), name="mfa_activate_totp"),
    path(
        "me/security/code-app/take-away/",
        _security(sign_in_views.TakeAwayCodeApp),
        name="mfa_deactivate_totp",
    ),
    path(
        "me/security/recovery-codes/", _security(sign_in_views.RecoveryCodes), name="mfa_view_recovery_codes"
    ),
    path(
        "me/security/recovery-codes/new/",
        _security(sign_in_views.NewRecoveryCodes),
        name="mfa_generate_recovery_codes",
    ),
    path("me/security/passkeys/", _security(sign_in_views.Passkeys), name="mfa_list_webauthn"),
    path("me/security/passkeys/add/", _security(sign_in_views.AddPasskey), name="mfa_add_webauthn"),
    path("me/security/passkeys/<int:pk>/", _security(sign_in_views.RenamePasskey), name="mfa_edit_webauthn"),
    path(
        "me/security/passkeys/<int:pk>/take-away/",
        _security(sign_in_views.TakeAwayPasskey),
        name="mfa_remove_webauthn",
    ),
    # making one's keys
    path("enrol/", enrol_pages.enrol, name="enrol"),
    path("enrol/prove/", enrol_pages.prove, name="enrol-prove"),
    path("me/ways/", enrol_pages.ways, name="ways"),
    path("me/ways/passkey/", passkey_pages.add, name="ways-passkey"),
    path("unlock/passkey/", passkey_pages.unlock, name="unlock-passkey"),
    path("me/ways/prove/", enrol_pages.prove_way, name="ways-prove"),
    # setting up, for stewards
    path("s/", steward_pages.overview, name="setup"),
    path("s/propose/<slug:item>/", steward_pages.propose, name="setup-propose"),
    path("s/confirm/<uuid:ref>/", steward_pages.confirm, name="setup-confirm"),
    path("s/withdraw/<uuid:ref>/", steward_pages.withdraw, name="setup-withdraw"),
    path("s/stop/<uuid:ref>/", steward_pages.stop, name="setup-stop"),
    # keys
    path("unlock/", unlocking.unlock, name="unlock"),
    path("lock/", unlocking.lock, name="lock"),
    path("w/keys/", key_pages.keys, name="keys"),
    path("w/keys/changes/", key_pages.changes, name="key-changes"),
    path("w/keys/compare/<uuid:ref>/", key_pages.compare, name="key-compare"),
    path("w/keys/<slug:desk>/recovery/", key_pages.compare_recovery, name="key-recovery"),
    path("w/keys/<slug:desk>/readdress/", key_pages.readdress, name="keys-readdress"),
    path("w/keys/<slug:desk>/destroy/", key_pages.destroy, name="keys-destroy"),
    # overseeing: the log, for those who open nothing
    path("w/languages/", language_pages.languages, name="office-languages"),
    path("oversight/", oversight_pages.log, name="oversight"),
    path("oversight/list/", oversight_pages.take_out, name="oversight-list"),
    path("oversight/bulk/", oversight_pages.bulk, name="oversight-bulk"),
    path("oversight/hours/", oversight_pages.hours, name="oversight-hours"),
    path("oversight/early/", oversight_pages.early, name="oversight-early"),
    path("oversight/refused/", oversight_pages.refused, name="oversight-refused"),
    path("oversight/own/", own_term_pages.own, name="oversight-own"),
    # work
    path("w/", desk_pages.my_work, name="my-work"),
    path("w/q/<slug:desk>/", desk_pages.queue, name="queue"),
    path("w/q/<slug:desk>/new/", desk_pages.queue_new, name="queue-new"),
    path("w/calls/", call_back_pages.calls, name="calls"),
    path("w/translations/", translation_pages.translations, name="translations"),
    path("w/q/<slug:desk>/alike/", sweep_pages.alike, name="alike"),
    path("w/q/<slug:desk>/sweep/", sweep_pages.sweep, name="sweep"),
    path("w/sweeps/<uuid:ref>/", sweep_pages.made, name="sweep-made"),
    path("w/sweeps/<uuid:ref>/undo/", sweep_pages.undo, name="sweep-undo"),
    path("w/r/<uuid:ref>/", report_pages.report, name="report"),
    path("w/r/<uuid:ref>/take/", desk_pages.take, name="report-take"),
    path("w/r/<uuid:ref>/release/", desk_pages.release, name="report-release"),
    path("w/r/<uuid:ref>/ask/", reply_pages.ask, name="report-ask"),
    path("w/r/<uuid:ref>/call/", call_back_pages.call_back, name="report-call"),
    path("w/r/<uuid:ref>/language/", translation_pages.say_language, name="report-language"),
    path("w/r/<uuid:ref>/translation/", translation_pages.of_report, name="report-translation"),
    path("w/r/<uuid:ref>/translation/<uuid:task>/", translation_pages.translation, name="translation"),
    path("w/r/<uuid:ref>/hand-over/", report_pages.hand_over, name="report-hand-over"),
    path("w/r/<uuid:ref>/close/", report_pages.close, name="report-close"),
    path("w/r/<uuid:ref>/reopen/", report_pages.reopen, name="report-reopen"),
    path("w/r/<uuid:ref>/identity/", identity_pages.of_report, name="report-identity"),
    path("w/r/<uuid:ref>/trace/", trace_pages.of_report, name="report-trace"),
    path("w/r/<uuid:ref>/check/", check_pages.check, name="check"),
    path("w/checks/", check_pages.checks, name="checks"),
    path("w/r/<uuid:ref>/history/", report_pages.history, name="report-history"),
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
    path("w/call/check/", call_pages.check, name="call-check"),
    path("w/call/code/", call_after.code, name="call-code"),
    path("w/call/wrap-up/", call_after.wrap_up, name="call-wrap-up"),
    path("w/call/sheet/", call_pages.blank_sheet, name="call-sheet"),
    # who sent it: asked for, decided, opened
    path("w/identity/", identity_pages.requests, name="identity"),
    path("w/identity/<uuid:ref>/", identity_pages.decide, name="identity-request"),
    path("w/identity/<uuid:ref>/open/", identity_pages.open_it, name="identity-open"),
    path("w/identity/<uuid:ref>/statement/", trace_pages.statement, name="trace-statement"),
    # the public site, as numbers
    path("w/figures/", figure_pages.figures, name="figures"),
    path("w/figures/file/", figure_pages.figures_file, name="figures-file"),
    # how long it is kept
    path("w/kept/", keeping_pages.review_queue, name="keeping"),
    path("w/kept/<uuid:ref>/", keeping_pages.decide, name="keeping-decide"),
    path("w/r/<uuid:ref>/keeping/", keeping_pages.of_report, name="report-keeping"),
    path("w/certificates/", keeping_pages.certificates, name="certificates"),
    path("w/certificates/<uuid:ref>/", keeping_pages.certificate, name="certificate"),
    path("w/certificates/<uuid:ref>/file/", keeping_pages.certificate_file, name="certificate-file"),
    path("w/subjects/", subject_pages.register, name="subjects"),
    path("w/subjects/<uuid:ref>/", subject_pages.one, name="subject"),
    # being there
    path("w/alarms/", duty_pages.alarm_list, name="alarms"),
    path("w/alarms/<uuid:alarm>/acknowledge/", duty_pages.acknowledge, name="alarm-acknowledge"),
    path("w/alarms/<uuid:alarm>/clear/", duty_pages.clear, name="alarm-clear"),
    path("w/duty/", duty_pages.rota, name="rota"),
    path("w/duty/<slug:desk>/on/", duty_pages.come_on, name="duty-come-on"),
    path("w/duty/<slug:desk>/off/", duty_pages.go_off, name="duty-go-off"),
]
