"""The core's SQL files in the order they run, and the migration operations that run them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from django.db.migrations import RunSQL

#: Releases whose migrations never change again, the oldest first. `make freeze` writes what is compared with each; naming a
#: release here switches it on. (docs/releases.md)
FROZEN: tuple[str, ...] = ()
#: The release in which an installation's first migrations are.
FIRST = "0.2.0"
RELEASED = Path(__file__).parent / "released"

#: Owners of functions come before their functions, what a policy asks before the policy, and PUBLIC last.
CORE = (
    "schemas.sql",
    "roles/door.sql",
    "roles/usher.sql",
    "roles/settler.sql",
    "functions/session_scope.sql",
    "functions/sessions.sql",
    "functions/submitting.sql",
    "functions/mailbox.sql",
    "functions/drafts.sql",
    "functions/page_counts.sql",
    "functions/incidents.sql",
    "functions/threat_levels.sql",
    "functions/queue.sql",
    "functions/daily_counts.sql",
    "functions/handing_over.sql",
    "functions/danger.sql",
    "functions/presence.sql",
    "functions/call_notes.sql",
    "functions/identity.sql",
    "functions/disseminations.sql",
    "functions/record_pairs.sql",
    "functions/partner_statements.sql",
    "functions/readdressing.sql",
    "functions/disposal.sql",
    "functions/key_history.sql",
    "functions/practice.sql",
    "functions/search.sql",
    "functions/viewer.sql",
    "functions/linking.sql",
    "functions/records.sql",
    "functions/settling.sql",
    "functions/expiry.sql",
    "functions/backups.sql",
    "triggers/log.sql",
    "triggers/stages.sql",
    "triggers/steps.sql",
    "triggers/ranks.sql",
    "triggers/note_revisions.sql",
    "triggers/identity_requests.sql",
    "triggers/dip_checks.sql",
    "triggers/disseminations.sql",
    "triggers/danger.sql",
    "triggers/alarms.sql",
    "triggers/disposals.sql",
    "triggers/destroyed_keys.sql",
    "triggers/key_history.sql",
    "triggers/sealed_headers.sql",
    "triggers/appointments.sql",
    "triggers/sessions.sql",
    "triggers/search.sql",
    "triggers/linking.sql",
    "triggers/records.sql",
    "policies/reports.sql",
    "policies/danger.sql",
    "policies/presence.sql",
    "policies/identity.sql",
    "policies/sweeps.sql",
    "policies/incidents.sql",
    "policies/threat_levels.sql",
    "policies/disposal.sql",
    "policies/alarms_and_letters.sql",
    "policies/log.sql",
    "policies/practice.sql",
    "policies/own_terms.sql",
    "policies/saved_views.sql",
    "policies/shift_notes.sql",
    "policies/daily_counts.sql",
    "policies/search.sql",
    "policies/files.sql",
    "policies/desk_parts.sql",
    "policies/records.sql",
    "policies/view_tokens.sql",
    "policies/linking.sql",
    "policies/partner_site.sql",
    "roles/public.sql",
    "roles/office.sql",
    "roles/partner.sql",
    "roles/files.sql",
    "roles/worker.sql",
    "roles/backup.sql",
    "roles/everybody.sql",
)


def read(name: str, package: str = "heedline.database", release: str = "") -> str:
    """Return the text of one of a package's SQL files, given its path inside the package.

    Once `release` is frozen, this is the text that was released. Each migration names the release that it comes with;
    without one, this is the text of today.
    """
    if release in FROZEN:
        return (RELEASED / release / package / name).read_text(encoding="utf-8")
    return files(package).joinpath(name).read_text(encoding="utf-8")


def run(names: Iterable[str], package: str = "heedline.database", release: str = "") -> list[RunSQL]:
    """Return one migration operation for each SQL file, as it is in this release.

    The operations cannot be reversed, because that would leave tables without their guards.
    """
    return [RunSQL(read(name, package, release)) for name in names]
