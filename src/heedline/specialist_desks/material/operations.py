"""What the online material desk adds to the operator's tools. It imports its heavy modules only when they are used."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from heedline.desk_hooks.operations import DemoProcess, Operations, Program


def _add_evidence(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    evidence = commands.add_parser("evidence", help="verify a bundle of evidence, without a database")
    verbs = evidence.add_subparsers(metavar="VERB", required=True)
    verifying = verbs.add_parser("verify", help="say whether a bundle is whole and unchanged")
    verifying.add_argument("bundle", metavar="BUNDLE", help="the zip file")
    verifying.add_argument("--head", default="", help="hash of the newest entry, as shown at the export")
    verifying.add_argument(
        "--roots", metavar="FILE", help="certificates (PEM) of trusted timestamp authorities"
    )
    verifying.set_defaults(call=_verify_evidence)


def _verify_evidence(args: argparse.Namespace) -> int:
    from heedline.specialist_desks.material.evidence import bundle_command

    return bundle_command.verify(Path(args.bundle), args.head, Path(args.roots) if args.roots else None)


def _capture_missing() -> str:
    from heedline.specialist_desks.material.capture.running import capture_missing

    return capture_missing()


def _small_internet(folder: Path, ports: Sequence[int]) -> Mapping[str, str]:
    port, mail = ports
    return {
        "HEEDLINE_CAPTURE_VANTAGES": "here,elsewhere",
        "HEEDLINE_SMALL_INTERNET_PORT": str(port),
        "HEEDLINE_SMALL_INTERNET_MAIL_PORT": str(mail),
        "HEEDLINE_TIME_STAMPS_URL": f"http://127.0.0.1:{port}/tsa",
        "HEEDLINE_TIME_STAMPS_ROOTS": str(folder / "root.pem"),
    }


OPERATIONS = Operations(
    commands=_add_evidence,
    programs=(
        Program(missing=_capture_missing, present="pages can be captured: Chromium and bubblewrap are there"),
    ),
    demo_processes=(
        DemoProcess(
            name="small-internet",
            module="heedline.specialist_desks.material.small_internet.server",
            ports=2,
            settings=_small_internet,
            words=lambda ports: (
                f"Invented sites, which captures reach under reserved names: http://127.0.0.1:{ports[0]}/"
            ),
        ),
    ),
)
