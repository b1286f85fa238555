"""The `heedline` command-line interface, with one subcommand for each operator task.

The exit codes are 0 for success, 1 for failure or a negative result (a message on standard error gives
the reason), and 2 for a wrong command line. `audit` and `witness` can also exit with 3, if no answer can
be given because something is missing or cannot be read. Each subcommand imports what it needs when it
runs, so that the supervisor and the parent processes of the web servers stay small.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def _home() -> Path:
    return Path(os.environ.get("HEEDLINE_HOME") or "var").expanduser().absolute()


def _become(process: str) -> None:
    """Configure Django's settings for this process and set up Django."""
    os.environ["HEEDLINE_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    from heedline.config.starting import set_up_django

    set_up_django()


def _become_office_of_home() -> None:
    """Set up Django as the office process, with the settings of the demonstration running in this home directory."""
    from heedline.jobs import home_settings

    home_settings.use_running_office(_home())
    _become("office")


def _demo(_: argparse.Namespace) -> int:
    from heedline.launch import demo

    return demo.run(_home())


def _serve(args: argparse.Namespace) -> int:
    from heedline.launch import serving

    return serving.serve(args.site)


def _worker(_: argparse.Namespace) -> int:
    _become("worker")
    from heedline.jobs import worker

    return worker.run()


def _migrate(_: argparse.Namespace) -> int:
    _become("migrate")
    from django.core.management import call_command

    call_command("migrate", interactive=False, skip_checks=True, verbosity=0)
    return 0


def _load_demo(_: argparse.Namespace) -> int:
    # As the office: the people are made with its secrets, through its rights.
    _become("office")
    from heedline.jobs.demonstration import cast as demo

    demo.load(_home())
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from heedline.jobs.doctor import checks as doctor

    return doctor.run(_home(), beside=args.beside)


def _reviewed(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from heedline.jobs import reviewing

    on = datetime.now(UTC).date()
    pack = os.environ.get("HEEDLINE_PACK") or "uk"
    if args.stale:
        return reviewing.stale(pack_code=pack)
    if not (args.language and args.page and args.by):
        print("heedline: say LANGUAGE, PAGE and --by NAME, or --stale", file=sys.stderr)  # noqa: T201 - the command's own words
        return 2
    return reviewing.run(args.language, args.page, by=args.by, on=on, pack_code=pack)


def _settle_roles(args: argparse.Namespace) -> int:
    from heedline.jobs import role_settling

    return role_settling.run(forget_sign_in_proofs=args.forget_sign_in_proofs)


def _backup(args: argparse.Namespace) -> int:
    from heedline.jobs import backups

    return backups.back_up(_home(), Path(args.bodies) if args.bodies else None, Path(args.keys))


def _backup_prune(args: argparse.Namespace) -> int:
    from heedline.jobs import backups

    return backups.prune(_home(), Path(args.keys), sure=args.yes)


def _restore(args: argparse.Namespace) -> int:
    from heedline.jobs import backups

    file = Path(args.canary_file) if args.canary_file else None
    return backups.restore(
        _home(), Path(args.bodies), Path(args.keys), passphrase_file=file, only_try=args.only_try
    )


def _certificate(args: argparse.Namespace) -> int:
    from heedline.jobs import backups

    return backups.check_certificate(Path(args.file), args.root)


def _canary(args: argparse.Namespace) -> int:
    from heedline.jobs import backups

    return backups.make_canary(_home(), args.steward, arrival=args.arrival)


def _send_canary(_: argparse.Namespace) -> int:
    _become("public")
    from datetime import UTC, datetime

    from heedline.casework.continuity import arrival_canary

    try:
        arrival_canary.send(datetime.now(UTC))
    except LookupError as no:
        print(f"heedline: {no}", file=sys.stderr)  # noqa: T201 - the command's own words
        return 1
    return 0


def _audit(args: argparse.Namespace) -> int:
    from heedline.jobs import audit

    return audit.settled(args, _home())


def _witness(args: argparse.Namespace) -> int:
    from heedline.jobs import witness

    return witness.run(args)


def _docs(args: argparse.Namespace) -> int:
    from heedline.jobs.papers import reference as papers

    return papers.run(Path(args.folder), check=args.check)


def _data_protection(args: argparse.Namespace) -> int:
    from heedline.jobs.papers import data_protection

    return data_protection.run(Path(args.folder), Path(args.answers) if args.answers else None, args.pack)


def _leaflets(args: argparse.Namespace) -> int:
    from heedline.jobs.papers import leaflets

    return leaflets.run(check=args.check)


def _guidance(args: argparse.Namespace) -> int:
    _become("public")
    from heedline.jobs.papers import guidance

    return guidance.run(Path(args.folder).absolute())


def _index(args: argparse.Namespace) -> int:
    _become_office_of_home()
    from heedline.jobs import index

    return index.run(args)


def _keys(args: argparse.Namespace) -> int:
    if args.verb in {"root", "check"}:  # at a table, before there is a database
        os.environ.pop("HEEDLINE_PROCESS", None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
        from heedline.config.starting import set_up_django

        set_up_django()
    else:
        _become_office_of_home()
    from heedline.jobs.keys import commands as keys

    return keys.run(args)


def parser() -> argparse.ArgumentParser:
    """Return the parser for all subcommands and their options."""
    from heedline.config import specialist_desks
    from heedline.jobs import log_commands
    from heedline.jobs.keys import parser as key_commands

    top = argparse.ArgumentParser(
        prog="heedline",
        description="Confidential public reporting, and the desks that act on it.",
        epilog="Settings come from environment variables named HEEDLINE_…; HEEDLINE_HOME is where an installation keeps its own.",
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    demo = commands.add_parser(
        "demo", help="run everything here, with invented people and reports, until Ctrl-C"
    )
    demo.set_defaults(call=_demo)

    serve = commands.add_parser("serve", help="serve one site over HTTP")
    serve.add_argument("site", choices=("public", "office", "partner", "files"))
    serve.set_defaults(call=_serve)

    worker = commands.add_parser("worker", help="watch clocks, page people, settle arrivals")
    worker.set_defaults(call=_worker)

    migrate = commands.add_parser("migrate", help="bring the tables and the walls between roles up to date")
    migrate.set_defaults(call=_migrate)

    load = commands.add_parser("load-demo", help="fill an empty database with invented people and reports")
    load.set_defaults(call=_load_demo)

    doctor = commands.add_parser(
        "doctor", help="say what each process may do, and what is wrong with this installation"
    )
    doctor.add_argument(
        "--beside",
        type=Path,
        action="append",
        default=[],
        metavar="HOME",
        help="the home of another installation on this machine, with which this one must share nothing",
    )
    doctor.set_defaults(call=_doctor)

    settle = commands.add_parser(
        "settle-roles",
        help="reset roles, their settings, passwords and rights on a PostgreSQL of your own",
        description="Needs HEEDLINE_SUPERUSER_URL, and HEEDLINE_ROLE_PASSWORDS (a JSON file, process to password).",
    )
    settle.add_argument(
        "--forget-sign-in-proofs",
        nargs="+",
        choices=("public", "office", "partner"),
        default=(),
        metavar="SITE",
        help="the sites (public, office, partner) whose SECRET_KEY was changed, with their servers stopped",
    )
    settle.set_defaults(call=_settle_roles)

    _backup_commands(commands)
    log_commands.add_audit(commands, _audit)
    log_commands.add_witness(commands, _witness)
    for desk in specialist_desks.operations():
        if desk.commands is not None:
            desk.commands(commands)
    key_commands.add_keys(commands, _keys)
    key_commands.add_index(commands, _index)

    reviewed = commands.add_parser(
        "reviewed", help="print the mark of a public page that somebody has read in a language"
    )
    reviewed.add_argument("language", metavar="LANGUAGE", nargs="?", help="its code, such as cy")
    reviewed.add_argument("page", metavar="PAGE", nargs="?", help="as docs/languages.md calls it")
    reviewed.add_argument("--by", metavar="NAME", help="who has read every text of it")
    reviewed.add_argument(
        "--stale", action="store_true", help="name the marks that no longer hold; exit 1 when there is one"
    )
    reviewed.set_defaults(call=_reviewed)

    docs = commands.add_parser("docs", help="write the papers that are printed from the code")
    docs.add_argument("--check", action="store_true", help="write nothing; exit 1 when they are out of date")
    docs.add_argument("--folder", default="docs", help="where they stand (docs)")
    docs.set_defaults(call=_docs)

    protection = commands.add_parser(
        "data-protection", help="write the papers on data protection, from the program and your answers"
    )
    protection.add_argument("folder", metavar="FOLDER", help="where they go, and answers.toml with them")
    protection.add_argument("--answers", metavar="FILE", help="your answers, when they are kept elsewhere")
    protection.add_argument("--pack", default="uk", help="jurisdiction (uk)")
    protection.set_defaults(call=_data_protection)

    paper = commands.add_parser(
        "leaflets", help="make the PDFs that the public site hands out, from its words"
    )
    paper.add_argument("--check", action="store_true", help="make nothing; exit 1 when they are out of date")
    paper.set_defaults(call=_leaflets)

    guidance = commands.add_parser(
        "guidance", help="write Run, Hide, Tell to files, which the proxy serves while the site is away"
    )
    guidance.add_argument(
        "folder", metavar="FOLDER", help="where nginx finds them (/var/lib/heedline/guidance)"
    )
    guidance.set_defaults(call=_guidance)
    return top


def _backup_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    backup = commands.add_parser(
        "backup", help="copy the installation: bodies and key store, each to a folder of its own"
    )
    backup.add_argument(
        "--bodies", metavar="FOLDER", help="where bodies go; left out, only the key store is copied"
    )
    backup.add_argument(
        "--keys", metavar="FOLDER", required=True, help="where the key store goes: another disk"
    )
    backup.set_defaults(call=_backup)

    prune = commands.add_parser(
        "backup-prune", help="delete copies of the key store that are older than 30 days"
    )
    prune.add_argument("--keys", metavar="FOLDER", required=True, help="where copies of the key store lie")
    prune.add_argument("--yes", action="store_true", help="do not ask")
    prune.set_defaults(call=_backup_prune)

    restore = commands.add_parser("restore", help="fill an empty instance from a backup, and prove it")
    restore.add_argument(
        "--bodies", metavar="BACKUP", required=True, help="the folder of one copy of the bodies"
    )
    restore.add_argument(
        "--keys", metavar="BACKUP", required=True, help="the folder of one copy of the key store, not older"
    )
    restore.add_argument(
        "--canary-file", metavar="FILE", help="file with the canary's passphrase: opens its report"
    )
    restore.add_argument(
        "--try", dest="only_try", action="store_true", help="into a database that is thrown away after"
    )
    restore.set_defaults(call=_restore)

    certificate = commands.add_parser(
        "certificate", help="check a certificate of disposal, by the root key alone"
    )
    certificate.add_argument("file", help="as the office gave it out")
    certificate.add_argument(
        "--root", required=True, metavar="HEX", help="this installation's public root key"
    )
    certificate.set_defaults(call=_certificate)

    canary = commands.add_parser("canary", help="make the desk and the report that tests of a restore open")
    canary.add_argument(
        "--steward", action="append", required=True, metavar="EMAIL", help="two stewards, who sign it"
    )
    canary.add_argument(
        "--arrival",
        action="store_true",
        help="make the desk that proves that reports arrive, and print its key",
    )
    canary.set_defaults(call=_canary)

    send = commands.add_parser("send-canary", help="send the report that proves that reports arrive")
    send.set_defaults(call=_send_canary)


def main(words: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code."""
    args = parser().parse_args(words)
    from heedline.launch import CannotStart
    from heedline.launch.limits import hardened

    hardened()

    try:
        return int(args.call(args))
    except CannotStart as reason:
        print(f"heedline: {reason}", file=sys.stderr)  # noqa: T201 - the command's own words
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
