"""Law 3: nobody on duty, nothing opens. All files of a stopped installation, its database, its log of commits, its
configuration and its secrets together give no word, no name, no code and no key, also to somebody who sent 200 reports
of their own among the 200 that they want to read, before they stole it.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from heedline.casework.access import session_store
from heedline.launch import demo, postgres
from heedline.launch.home import Home
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key
from heedline.vault.grants import grant_info, open_grant
from heedline.vault.identity import open_share
from heedline.vault.keys import hkdf, public_key
from heedline.vault.passphrases import WrappedSeed, unwrap_seed
from heedline.vault.small import derive_draft_keys, derive_keys, open_small, open_words
from tests.laws import thief
from tests.laws.stolen import COARSE, SAID_OF_ALL, Stolen
from tests.support import migrated
from tests.support.database import CHECKOUT

STEPS = {
    4,
    8,
    16,
    32,
    48,
    64,
}  # KiB of text, before the sixteen bytes that begin and the sixteen that end a payload


def _run(words: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env=environment | {"PYTHONPATH": f"{CHECKOUT / 'src'}{os.pathsep}{CHECKOUT}"},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stolen]:
    home = Home(tmp_path_factory.mktemp("home"))
    migrated.furnish(home.folder)
    cluster = postgres.start(home.folder, durable=False)
    try:
        urls = {one: cluster.url(one) for one in ("public", "office", "worker", "migrate")}
        told = {one: demo.environment_of(one, home, urls, demo.sites()) for one in urls}
        acting = told["office"] | {"HEEDLINE_DATABASE_URL": cluster.super_url("heedline")}
        secrets = json.loads(_run(["-m", "tests.laws.dump_scenario", str(home.folder)], acting))
        postgres.stop(cluster)
        loot = thief.Loot().take(home.folder, but=["demo.json"])
        if not cluster.data.is_relative_to(home.folder):
            loot.take(cluster.data.parent)
        cluster = postgres.start(home.folder, durable=False)
        with psycopg.connect(cluster.super_url("heedline"), autocommit=True) as connection:
            tables = thief.tables(lambda sql: connection.execute(sql).fetchall())  # type: ignore[arg-type]
        yield Stolen(loot, tables, secrets)
    finally:
        postgres.destroy(cluster)


@pytest.fixture(scope="module")
def seeds(stolen: Stolen) -> set[bytes]:
    """Whatever in the loot could be a key: in the columns, and in the files that people and programs write."""
    found = {seed for _, leaf in stolen.leaves() for seed in thief.possible_seeds(leaf)}
    for name, data in stolen.loot.files.items():
        if len(data) < 1_000_000 and "/base/" not in name:
            found |= thief.possible_seeds(data.strip())
    return found


@pytest.mark.parametrize(
    "secret", ["Zinnober-quinquereme", "7Q2MK9TD3XAP0WHE5RJNC6", b"\xfb\xff" * 8 + bytes(16)]
)
def test_the_thief_knows_how_secrets_are_spelled(secret: str | bytes) -> None:
    plain = secret.encode() if isinstance(secret, str) else secret
    kept = [b"before" + plain + b"after", plain.hex().encode(), plain.hex().upper().encode()]
    for before, after in itertools.product(range(4), repeat=2):
        packed = b"x" * before + plain + b"y" * after
        kept += [base64.b64encode(packed), base64.urlsafe_b64encode(packed)]
    if isinstance(secret, str):
        kept += [secret.encode("utf-16"), secret.lower().encode(), json.dumps(secret).encode()]
    for data in kept:
        assert thief.Loot({"file": data}).holding([secret]), data


# --- looking ------------------------------------------------------------------------------------------------------------


def test_the_thief_has_everything(stolen: Stolen) -> None:
    """What is looked through is really there, so that finding nothing means something."""
    names = list(stolen.loot.files)
    for part in ("/pg_wal/0", "server.log", "postgresql.conf", "pg_hba.conf", "secrets/key-public", "secrets/key-office",
                 "secrets/postgres.json", "secrets/installation", "root.pub", "/base/", "/pages/"):  # fmt: skip
        assert any(part in name for name in names), part
    a_report = UUID(stolen.told["stolen"][0])
    for part in ("/base/", "/pg_wal/0"):  # rows are there as rows, not packed or sealed by the disk
        assert any(a_report.bytes in data for name, data in stolen.loot.files.items() if part in name), part
    assert stolen.loot.holding([b"north-east"])
    assert len(stolen.rows("reports_report")) == 400
    assert len(stolen.rows("intake_draft")) >= 1
    assert len(stolen.rows("permits_unlocked")) == 1  # somebody forgot to sign out
    assert len(stolen.rows("permits_held_form")) == 1
    assert {row["part"] for row in stolen.rows("reports_sealed_header")} == {
        "report",
        "identity",
        "note",
        "message",
        "link",
        "subject",
    }
    for table, least in (("interest", 1), ("interest_hit", 3), ("desk_question", 1), ("desk_notice", 3), ("search_page", 100),
                         ("sealed_values", 400)):  # fmt: skip
        assert len(stolen.rows(f"reports_{table}")) >= least, table


def test_no_file_holds_what_was_said(stolen: Stolen) -> None:
    assert stolen.loot.holding(stolen.told["words"]) == []


def test_no_column_holds_what_was_said(stolen: Stolen) -> None:
    """Long texts are packed on the disk: here they are as the database reads them."""
    wanted = {one for word in stolen.told["words"] for one in thief.spellings(word)}
    assert [name for name, leaf in stolen.leaves() if any(one in leaf for one in wanted)] == []


def test_nothing_holds_a_word_a_form_or_a_token_of_400_indexed_reports(stolen: Stolen) -> None:
    """What was put into the index for them: words, beginnings, parts and sounds, keys of names and numbers, and all tokens."""
    told = stolen.told
    words = {word for text in told["texts"] for word in text.replace(".", "").split() if len(word) >= 12}
    forms = [one for one in told["indexed"] if ":" in one]
    assert len(words) > 3_900
    assert {one.partition(":")[0] for one in forms} >= {
        "b",
        "n",
        "p",
        "s",
        "v",
        "w",
        "name",
        "phone",
        "registration",
    }
    wanted = {one for word in words for one in thief.spellings(word)}
    wanted |= {
        one
        for form in forms
        for one in (form.encode(), form.encode().hex().encode(), form.encode("utf-16-le"))
    }
    wanted |= {bytes.fromhex(token) for token in told["tokens_indexed"]}
    assert len(wanted) > 100_000
    # shorter ones turn up in so much ciphertext by chance
    wanted = {one for one in wanted if len(one) >= 7 and not (len(one) == 7 and one.isascii())}
    assert thief.standing_in(stolen.loot.whole(), wanted) == set()
    assert thief.standing_in(b"\n".join(leaf for _, leaf in stolen.leaves()), wanted) == set()


def test_no_file_holds_a_code(stolen: Stolen) -> None:
    """In any spelling: as it is kept, in groups, as typed, without what checks it."""
    codes = stolen.told["codes"]
    assert len(codes) == 400 + 2  # and those of the drafts
    grouped = ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in codes[-7:]]
    assert stolen.loot.holding(codes[-7:]) == []
    assert stolen.loot.holding([*grouped, *(one.replace("-", " ") for one in grouped)]) == []
    assert thief.standing_in(stolen.loot.whole(), [code[:20].encode() for code in codes]) == set()


def test_no_file_holds_a_passphrase_a_seed_or_a_token(stolen: Stolen) -> None:
    told = stolen.told
    assert len(told["passphrases"]) == 10
    assert len(told["seeds"]) > 30
    assert stolen.loot.holding(told["passphrases"]) == []
    assert stolen.loot.holding(bytes.fromhex(seed) for seed in told["seeds"]) == []
    assert stolen.loot.holding(told["tokens"]) == []


# --- trying -------------------------------------------------------------------------------------------------------------


def _public_keys(stolen: Stolen) -> set[bytes]:
    """Every key that anything is sealed to, as the thief reads them."""
    found = {row["reporter_key"] for row in stolen.rows("reports_receipt")}
    for row in stolen.rows("keys_statement"):
        found |= {
            thief.plain_base64(text) for text in json.loads(json.dumps(_texts(json.loads(row["signed"]))))
        }
    return {key for key in found if len(key) == 1216}


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def test_nothing_that_is_kept_is_the_seed_of_a_key_that_something_is_sealed_to(
    stolen: Stolen, seeds: set[bytes]
) -> None:
    publics = _public_keys(stolen)
    assert len(publics) >= 400 + 14  # of reporters, officers, epochs
    assert sum(public_key(bytes.fromhex(seed)) in publics for seed in stolen.told["seeds"]) > 20, (
        "it would be seen"
    )
    assert len(seeds) > 500
    assert [seed for seed in seeds if public_key(seed) in publics] == []


def test_nothing_that_is_kept_opens_a_report(stolen: Stolen, seeds: set[bytes]) -> None:
    """Tried on the stolen reports themselves, by every row of theirs and by what stands outside of reports."""
    mine = {
        seed
        for table, rows in stolen.tables.items()
        for row in rows
        if "reports_" not in table
        or {UUID(ref) for ref in stolen.told["twins"]} & set(map(_hashable, row.values()))
        for value in row.values()
        for leaf in thief.leaves(value)
        for seed in thief.possible_seeds(leaf)
    }
    tried = sorted(mine & seeds)[:200]
    assert len(tried) > 50
    installation = stolen.told["twins"][0]
    for header in stolen.of(installation, "reports_sealed_header"):
        for seed in tried:
            with pytest.raises(CannotOpen):
                file_key(header["header"], [seed])
    identity = next(h for h in stolen.of(installation, "reports_sealed_header") if h["part"] == "identity")
    for share in stolen.of(installation, "reports_identity_share"):
        for seed in tried:
            with pytest.raises(CannotOpen):
                open_share(share["sealed"], seed, container_id=identity["container"], share=share["share"])
    grant = stolen.rows("keys_grant")[0]
    name = _secret(stolen, "installation").decode()
    info = grant_info("epoch", name, str(grant["epoch_id"]), str(grant["officer_id"]))
    for seed in tried:
        with pytest.raises(CannotOpen):
            open_grant(grant["sealed"], seed, info=info)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, UUID) else None


def _secret(stolen: Stolen, name: str) -> bytes:
    return next(data.strip() for file, data in stolen.loot.files.items() if file.endswith(f"/secrets/{name}"))


def _tokens(stolen: Stolen) -> set[bytes]:
    """Whatever in the loot could be a cookie or a passphrase, the secrets of the processes first among them."""
    found = {leaf for _, leaf in stolen.leaves() if 8 <= len(leaf) <= 64}
    for name, data in stolen.loot.files.items():
        if "/secrets/" in name or name.endswith((".conf", "root.pub", ".eml", ".log", ".json")):
            found |= thief.possible_tokens(data) | {data.strip()}
    return found | {one.hex().encode() for one in found if len(one) == 32}


def test_nothing_that_is_kept_opens_a_draft_a_session_or_a_late_form(stolen: Stolen) -> None:
    sealed = [(row["row"], row["sealed"], "draft") for row in stolen.rows("intake_draft")]
    sealed += [(row["row"], row["sealed"], "visit") for row in stolen.rows("intake_draft")]
    sealed += [(row["row"], row["sealed"], "office-session") for row in stolen.rows("permits_session")]
    sealed += [(row["row"], row["sealed"], "held-form") for row in stolen.rows("permits_held_form")]
    sealed += [(row["session_id"], row["sealed"], "unlocked") for row in stolen.rows("permits_unlocked")]
    tokens = sorted(_tokens(stolen))
    assert len(tokens) > 500
    of_words = {"draft", "visit"}
    derived = {
        purpose: [(derive_draft_keys if purpose in of_words else derive_keys)(t, purpose) for t in tokens]
        for purpose in {p for _, _, p in sealed}
    }
    office_key = _secret(stolen, "key-office")  # sessions are sealed under it, too
    covered = {row["row"]: row for row in stolen.rows("permits_session")}
    for keys in derived["office-session"]:
        for row, small, purpose in sealed:
            if purpose == "office-session":
                at = session_store._covered(
                    keys, covered[row]["officer_id"], covered[row]["site"], covered[row]["expires_at"]
                )
                key = hkdf(office_key, label="session-row", context=keys.key)
                with pytest.raises(CannotOpen):
                    open_small(key, small, aad=at)
    for row, small, purpose in sealed:
        assert not any(keys.row_id == row for keys in derived[purpose]), "nothing leads to the row"
        for aad in (row, b""):
            for key in {row, *(keys.key for keys in derived[purpose][::7])}:
                with pytest.raises(CannotOpen):
                    (open_words if purpose in of_words else open_small)(key, small, aad=aad)


def test_nothing_that_is_kept_unwraps_an_officers_seed(stolen: Stolen) -> None:
    wrapping = stolen.rows("keys_wrapping")[0]
    context = f"{_secret(stolen, 'installation').decode()}/{wrapping['officer_id']}".encode()
    guesses = [_secret(stolen, f"key-{one}").decode() for one in ("public", "office", "worker", "migrate")]
    guesses += list(json.loads(_secret(stolen, "postgres.json")).values())
    guesses += [str(row["email"]) for row in stolen.rows("desks_officer")]
    for guess in [*guesses, str(wrapping["officer_id"]), "correct horse battery staple"]:
        with pytest.raises(CannotOpen):
            unwrap_seed(WrappedSeed.from_json(wrapping["wrapped"]), guess, context=context)
    right = stolen.told["passphrases"]
    opened = 0
    for phrase in right:  # the test would see it: one of them is the right one
        try:
            unwrap_seed(WrappedSeed.from_json(wrapping["wrapped"]), phrase, context=context)
            opened += 1
        except CannotOpen:
            continue
    assert opened == 1


# --- matching -----------------------------------------------------------------------------------------------------------


def _all(stolen: Stolen) -> list[str]:
    return [ref for sort in ("planted", "unknown", "stolen") for ref in stolen.told[sort]]


def _values(stolen: Stolen, reports: list[str]) -> dict[tuple[str, str], set[str]]:
    """All values of the rows of these reports, by table and column. Short ones in clear and all that is sealed."""
    refs = {UUID(one) for one in reports}
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for table, rows in stolen.tables.items():
        for row in rows:
            if refs & set(map(_hashable, row.values())):
                for name, value in row.items():
                    found[table.removeprefix('public."').removesuffix('"'), name] |= {
                        repr(leaf) for leaf in thief.leaves(value)
                    }
    return found


def test_the_same_words_sent_twice_have_nothing_in_common(stolen: Stolen) -> None:
    one, other = (_values(stolen, [ref]) for ref in stolen.told["twins"])
    for column in (
        ("reports_sealed_payload", "payload"),
        ("reports_message", "body_mac"),
        ("reports_receipt", "lookup"),
    ):
        assert column in one  # their reporters also wrote the same message afterwards
    for column in one.keys() & other.keys():
        if column[1] not in COARSE.get(column[0], ()):
            assert one[column] & other[column] <= SAID_OF_ALL, column


def test_planted_reports_match_stolen_ones_in_coarse_columns_only(stolen: Stolen) -> None:
    """Every second unknown report says what a planted one says, and the same person sent half of them."""
    planted = _values(stolen, stolen.told["planted"])
    others = _values(stolen, stolen.told["stolen"] + stolen.told["unknown"])
    matching = {column for column in planted.keys() & others.keys() if planted[column] & others[column]}
    assert len(matching) > 10
    assert {c for c in matching if c[1] not in COARSE.get(c[0], ())} == {("audit_event", "detail")}
    assert planted["audit_event", "detail"] & others["audit_event", "detail"] <= SAID_OF_ALL
    keys = [row["detail"] for row in stolen.rows("audit_event") if row["act"] == "report-arrived"]
    assert len({json.dumps(one) for one in keys}) == len(keys) == 400


def test_sizes_fall_in_steps(stolen: Stolen) -> None:
    """Of 400 reports of all lengths, named and not, with few words and many."""
    for row in stolen.rows("reports_sealed_payload"):
        assert (len(row["payload"]) - 32) / 1024 in STEPS
    headers = defaultdict(set)
    for row in stolen.rows("reports_sealed_header"):
        stanzas = row["header"].count(b"\n-> ")
        headers[stanzas].add(len(row["header"]))
    assert all(len(sizes) == 1 for sizes in headers.values())
    assert len({len(row["sealed"]) for row in stolen.rows("reports_identity_share")}) == 1
    identities = {
        (len(payload["payload"]), len(header["header"]))
        for header in stolen.rows("reports_sealed_header")
        if header["part"] == "identity"
        for payload in stolen.rows("reports_sealed_payload")
        if payload["container"] == header["container"]
    }
    assert len(identities) == 1  # half of the planted reports gave a name


def test_no_two_of_400_reports_share_a_value_and_all_are_of_one_size(stolen: Stolen) -> None:
    """Half of the unknown reports say what a planted one says, and the others share no word with any."""
    holders: dict[tuple[str, str, str], set[UUID]] = defaultdict(set)
    sizes: dict[UUID, Counter[tuple[str, str, int]]] = defaultdict(Counter)
    refs = {UUID(ref) for ref in stolen.told["planted"] + stolen.told["unknown"]}
    for quoted, rows in stolen.tables.items():
        table = quoted.removeprefix('public."').removesuffix('"')
        for row in rows:
            for ref in refs & set(map(_hashable, row.values())):
                for name, value in row.items():
                    for leaf in thief.leaves(value):
                        holders[table, name, repr(leaf)].add(ref)
                    if isinstance(value, bytes):
                        sizes[ref][table, name, len(value)] += 1
    shared = {
        (table, name)
        for (table, name, value), some in holders.items()
        if len(some) > 1 and value not in SAID_OF_ALL and name not in COARSE.get(table, ())
    }
    assert shared == set()
    assert len({frozenset(one.items()) for one in sizes.values()}) == 1
    assert len(sizes) == len(refs) == 395


def test_pages_of_the_index_show_nothing_of_what_reports_have_in_common(stolen: Stolen) -> None:
    repeats = stolen.told["repeats"]
    assert len(repeats) > 90  # reports that say the very same as another
    pages = [row["sealed"] for row in stolen.rows("reports_search_page")]
    assert {len(page) for page in pages} == {8_092}
    pieces = Counter(page[at : at + 8] for page in pages for at in range(len(page) - 7))
    assert pieces.most_common(1)[0][1] == 1
    # nor do earlier versions of pages, which lie about in the files: a page that changes is sealed anew as a whole
    assert all(len(zlib.compress(page, 9)) > len(page) * 0.99 for page in pages)


def test_files_outside_the_database_say_nothing_of_reports(stolen: Stolen) -> None:
    """Pages, logs, configuration and secrets: no id of a report, in any spelling."""
    refs = [UUID(ref) for ref in _all(stolen)]
    ids = {spelling for ref in refs for spelling in (str(ref).encode(), ref.hex.encode(), ref.bytes)}
    for name, data in stolen.loot.files.items():
        if "/data/" not in name:
            assert not [one for one in ids if one in data], Path(name).name
