"""Print how well matching does on the labelled pairs and reports of tests/quality; `--write`: into docs/matching.md too."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.quality.measuring import RESULTS, lines  # noqa: E402

found = "\n".join(lines())
print(found)
if "--write" in sys.argv[1:]:
    page = ROOT / "docs" / "matching.md"
    before = page.read_text(encoding="utf-8").split(RESULTS)[0]
    page.write_text(f"{before}{RESULTS}\n\n{found}\n", encoding="utf-8")
