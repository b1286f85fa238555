"""The `heedline backup`, `restore` and `canary` commands.

Django is set up here as the process `backup` or `migrate`. The database address comes from the
environment or, in a home with its own database, from that database.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from heedline.backups import folder, loading, register
from heedline.backups.folder import Manifest, Unfit
from heedline.backups.loading import Halves
from heedline.backups.plan import Side
from heedline.jobs import home_settings
from heedline.launch import CannotStart, places, postgres, server
from heedline.launch.home import Home, write_private


def say(words: str) -> None:
    """Print a message for the operator."""
    print(words, flush=True)  # noqa: T201 - a command that reports on itself


def _set_up(process: str, url: str, **more: str) -> None:
    """Configure Django's settings for this process.

    It serves no requests, so any secret key will do, unless it signs somebody in (`make_canary`).
    """
    os.environ["HEEDLINE_PROCESS"] = process
    os.environ["HEEDLINE_DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    for name, value in more.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("HEEDLINE_SECRET_KEY_FILE"):
        os.environ.setdefault("HEEDLINE_SECRET_KEY", secrets.token_hex(32))
    from heedline.config.starting import set_up_django

    set_up_django()


def _given(process: str) -> str | None:
    return os.environ.get(f"HEEDLINE_DATABASE_URL_{process.upper()}") or os.environ.get(
        "HEEDLINE_DATABASE_URL"
    )


@contextmanager
def _own_database(home: Path, process: str) -> Iterator[str]:
    """Yield the database URL for a process, starting this home's embedded database if necessary.

    An address given in the environment is used first. The home's own database runs only for as long as it is
    needed.
    """
    given = _given(process)
    if given:
        yield given
        return
    if places.recorded(home) is None:
        raise CannotStart(
            f"There is no database in {home}. Set HEEDLINE_HOME, or HEEDLINE_DATABASE_URL_{process.upper()}."
        )
    with postgres.running(home) as cluster:
        yield cluster.url(process)


# --- backup ----------------------------------------------------------------------------------------------------------


def back_up(home: Path, bodies: Path | None, keys: Path) -> int:
    """Back up the installation and return 0.

    Raises CannotStart with the reason if it cannot.
    """
    sides = {Side.KEYS: keys} | ({Side.BODIES: bodies} if bodies is not None else {})
    try:
        for place in sides.values():
            folder.fit(place)
        _apart(sides)
        with _own_database(home, "backup") as url:
            _set_up("backup", url, **home_settings.facts(home))
            from heedline.casework.continuity import backup

            done = backup.back_up(sides, at=datetime.now(UTC), told=lambda words: say(f"  {words}"))
            late = backup.overdue_keys(keys.expanduser().absolute(), datetime.now(UTC).date())
    except (Unfit, LookupError) as reason:
        raise CannotStart(str(reason)) from None
    taken = folder.read(done.places[Side.KEYS]).taken
    run = register.Run(
        done.run,
        taken,
        {str(s): str(p) for s, p in done.places.items()},
        {str(s): h for s, h in done.hashes.items()},
    )
    home.mkdir(parents=True, exist_ok=True)
    register.remember(home, run)
    if done.resumed:
        say("An interrupted backup was taken up and is whole now.")
    if done.files is not None and done.files.asked:
        say(f"{done.files.asked} files of reports, {done.files.copied} of them copied now.")
        if done.files.missing:
            say(f"{done.files.missing} files are missing from the storage or damaged. The reports say which.")
    for side, place in done.places.items():
        say(f"{side}: {place}\n  manifest {done.hashes[side]}")
    if late:
        say(
            f"{len(late)} copies of the key store are older than 30 days and must go, or what was disposed of stays readable:\n"
            f"  heedline backup-prune --keys {keys}"
        )
    return 0


def _apart(sides: dict[Side, Path]) -> None:
    """Check that the bodies and the key store are backed up to separate folders.

    The bodies and the key store must be in separate folders, neither inside the other. Raises Unfit.
    """
    if Side.BODIES in sides:
        one, other = (place.expanduser().absolute() for place in sides.values())
        if one == other or one.is_relative_to(other) or other.is_relative_to(one):
            raise Unfit("Bodies and key store belong apart: name two folders, best on two disks.")


def prune(home: Path, keys: Path, *, sure: bool) -> int:
    """Delete expired copies of the key store, after confirmation."""
    os.environ.setdefault("HEEDLINE_PROCESS", "none")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    from heedline.config.starting import set_up_django

    set_up_django()
    from heedline.casework.continuity import backup

    try:
        late = backup.overdue_keys(folder.fit(keys), datetime.now(UTC).date())
    except Unfit as reason:
        raise CannotStart(str(reason)) from None
    if not late:
        say("No copy of the key store is older than 30 days.")
        return 0
    for one in late:
        say(f"  {one.name}, taken on {backup.taken_on(one)}")
    rest = [one for one in folder.finished(keys.expanduser().absolute()) if one not in late]
    if not rest:
        raise CannotStart("These are all the copies there are. Take a new backup first: heedline backup")
    if not sure:
        said = input(f"Delete {len(late)} copies for good? Type {len(late)}: ") if sys.stdin.isatty() else ""
        if said.strip() != str(len(late)):
            say("Nothing was deleted.")
            return 1
    for one in late:
        folder.remove(one)
        say(f"Deleted {one.name}.")
    return 0


# --- restore ---------------------------------------------------------------------------------------------------------


def restore(home: Path, bodies: Path, keys: Path, *, passphrase_file: Path | None, only_try: bool) -> int:
    """Restore a backup into an empty instance and verify it.

    With `only_try`, the backup is restored into a temporary instance instead. Returns 0. Raises CannotStart.
    """
    backups = {Side.BODIES: bodies.expanduser().absolute(), Side.KEYS: keys.expanduser().absolute()}
    passphrase = passphrase_file.read_text(encoding="utf-8").strip() if passphrase_file is not None else None
    try:
        halves = loading.believed(backups, lambda words: say(f"  {words}"))
        manifest = halves[Side.BODIES][1]
        if only_try:
            with tempfile.TemporaryDirectory(prefix="heedline-try-") as scratch:
                cluster = postgres.start(Path(scratch), durable=False)
                try:
                    _restore_into(cluster.url("migrate"), halves, passphrase, own=True, trial=True)
                finally:
                    from django.db import connections

                    connections.close_all()
                    postgres.destroy(cluster)
            register.note_tried(backups[Side.BODIES], datetime.now(UTC).date(), canary=passphrase is not None)
            say("It was a trial: what was restored is deleted again.")
            return 0
        given = _given("migrate")
        if given:
            _restore_into(given, halves, passphrase, own=False)
            return 0
        _refuse_another(home, manifest)
        place = places.recorded(home)
        if place is not None and server.postmaster(place.data) is not None:
            raise CannotStart(
                f"Heedline runs in {home}. A restore needs an instance that is empty and stands still."
            )
        with postgres.running(home) as cluster:
            _restore_into(cluster.url("migrate"), halves, passphrase, own=True)
            from django.db import connections

            connections.close_all()
        own = Home(home)
        own.secrets.mkdir(mode=0o700, exist_ok=True)
        write_private(own.secrets / "installation", manifest.installation)
        write_private(own.root_key, manifest.root)
    except Unfit as reason:
        raise CannotStart(str(reason)) from None
    return 0


def _refuse_another(home: Path, manifest: Manifest) -> None:
    mine = home_settings.facts(home)
    if mine.get("HEEDLINE_INSTALLATION", manifest.installation) != manifest.installation:
        raise Unfit(f"{home} belongs to another installation. Restore into an empty HEEDLINE_HOME.")
    if mine.get("HEEDLINE_ROOT", manifest.root) != manifest.root:
        raise Unfit(f"{home} pins another root key than the one in the backup.")


def _restore_into(
    url: str, halves: Halves, passphrase: str | None, *, own: bool, trial: bool = False
) -> None:
    """Create the tables in a database and load the backup into them.

    `own` means that the database belongs to this home and becomes what the backup was (demo or live). The
    kind of any other database is determined by its own settings.
    """
    manifest = halves[Side.BODIES][1]
    more = {"HEEDLINE_INSTALLATION": manifest.installation, "HEEDLINE_ROOT": manifest.root}
    if own:
        more["HEEDLINE_DEMO"] = "1" if manifest.born == "demo" else "0"
    _set_up("migrate", url, **more)
    from django.core.management import call_command

    from heedline.casework.continuity import backup

    say("Making the tables")
    call_command("migrate", interactive=False, skip_checks=True, verbosity=0)
    say("Loading")
    done = backup.restore(
        halves, at=datetime.now(UTC), told=lambda words: say(f"  {words}"), passphrase=passphrase, trial=trial
    )
    say(
        f"Restored {done.reports} reports. The log has {done.events} events and bears out its {done.checkpoints} signed "
        f"checkpoints; it goes on as generation {done.generation}."
    )
    if done.files.asked:
        say(
            f"{done.files.asked} files of reports belong to it, and {done.files.missing} of them are missing."
        )
    if done.missing > 0:
        say(
            f"The log of the newer key store knew {done.missing} more events: they are lost with the time between."
        )
    say(
        "The canary's report opens."
        if done.canary
        else "Nobody brought the canary's passphrase: that anything can be opened is not proven."
    )


# --- the canary ------------------------------------------------------------------------------------------------------


def make_canary(home: Path, stewards: list[str], *, arrival: bool) -> int:
    """Create a canary's desk, signed by two stewards, and print its passphrase or key once.

    It is the restore canary with its report, or, with `arrival`, the desk of the arrival canary.
    """
    with _own_database(home, "office") as url:
        _set_up("office", url, **home_settings.facts(home), **home_settings.office_key(home))
        from heedline.casework.access.session_store import SignInProofUnknown
        from heedline.casework.continuity import arrival_canary, canary
        from heedline.casework.errors import WrongPassphrase
        from heedline.casework.setup import ceremonies
        from heedline.jobs.terminal import ask
        from heedline.permits.gate import Refused

        try:
            hands = [ceremonies.hand_of(email, ask(f"Passphrase of {email}")) for email in stewards]
            if arrival:
                key = arrival_canary.found(hands=hands, at=datetime.now(UTC))
                say("The arrival canary's desk is there. Its key, for the worker, opens nothing else:\n")
                say(f"  HEEDLINE_CANARY_KEY={key.written()}")
                return 0
            keys = canary.found(hands=hands, at=datetime.now(UTC))
            canary.plant(keys, at=datetime.now(UTC))
        except WrongPassphrase:
            raise CannotStart("This address and passphrase do not go together.") from None
        except SignInProofUnknown:
            raise CannotStart(
                "Give the SECRET_KEY of the office's process: its file in HEEDLINE_SECRET_KEY_FILE."
            ) from None
        except Refused as no:
            raise CannotStart(no.reason) from None
        except LookupError as no:
            raise CannotStart(str(no)) from None
    say(
        "The canary's desk and report are there. Its passphrase, which is shown once and opens nothing else:\n"
    )
    say(f"  {keys.passphrase}")
    return 0


# --- certificates ----------------------------------------------------------------------------------------------------


def check_certificate(file: Path, root: str) -> int:
    """Check whether a certificate of disposal is genuine, and print its content.

    Needs no database. Returns 0 or 1.
    """
    os.environ.setdefault("HEEDLINE_PROCESS", "none")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    from heedline.config.starting import set_up_django

    set_up_django()
    from heedline.casework.keys import certificates

    try:
        says = certificates.check_bundle(file.read_text(encoding="utf-8"), root=root)
    except OSError:
        raise CannotStart(f"{file} cannot be read.") from None
    except certificates.NotGenuine:
        raise CannotStart(
            "Not genuine: it was changed, or was not signed by two officers of this installation."
        ) from None
    say(
        f"This certificate is genuine. Report {says.report} of desk {says.desk} was disposed of on {says.disposed_on} "
        f"({says.reason}), by {says.proposed_by} and {says.confirmed_by}. True of all copies from {says.true_from}."
    )
    return 0
