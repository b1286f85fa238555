"""The Nu validator over every page that the browser tests saved.

    python -m tests.browser.validate [folder]      # var/html by default

Exit code 0 when every page is valid HTML, 1 when not (what is wrong goes to standard output), 2 when there is no page
or no validator. Needs Java (Debian: default-jre-headless) and `npm ci --prefix tests/browser --ignore-scripts`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JAR = ROOT / "tests/browser/node_modules/vnu-jar/build/dist/vnu.jar"
#: It ends after seconds: the second compiler and the parallel collector take as much time as they never give back.
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss2m"]


def problems(folder: Path) -> list[str]:
    """Errors and warnings, one line each. FileNotFoundError when there is nothing to check or nothing to check with."""
    if not JAR.exists() or not any(folder.glob("*.html")):
        raise FileNotFoundError(f"no pages in {folder}, or no {JAR.name}")
    run = subprocess.run(
        [*JAVA, "-jar", str(JAR), "--format", "json", "--skip-non-html", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(run.stderr)["messages"]
    return [f"{Path(each['url']).name}:{each.get('lastLine', 0)}: {each['message']}" for each in told]


def main() -> int:
    """The command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var/html"
    try:
        found = problems(folder)
    except FileNotFoundError as nothing:
        sys.stderr.write(f"{nothing}\n")
        return 2
    sys.stdout.write(
        "\n".join([*found, f"{len(found)} problems in {len(list(folder.glob('*.html')))} pages"]) + "\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
