"""Precision and recall of matching, measured on the labelled pairs and reports of this folder."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from heedline.index.extraction.comparison import Strength, Weight, compare
from heedline.index.extraction.extract import extract
from heedline.index.extraction.keys import of_name
from heedline.index.extraction.name_comparison import alike
from heedline.index.extraction.name_finding import names_in
from heedline.index.extraction.names import Name, read_name
from heedline.index.extraction.values import Extract, Kind, ReportText
from heedline.packs import load_pack
from tests.quality import searches
from tests.quality.labelled_reports import SETS
from tests.quality.searches import Outcome

FOLDER = Path(__file__).parent
RULES = load_pack("uk").matching
#: The heading of docs/matching.md under which the results are printed.
RESULTS = "## Results"
#: What a pair of the first file is counted as: nobody said how it was changed.
BY_TWO = "written by two people"


@dataclass
class Score:
    """Counts of one group of pairs: found and meant, found only, missed, and rightly not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    apart: int = 0

    def count(self, found: bool, same: bool) -> None:
        """Count one pair."""
        self.right += found and same
        self.wrong += found and not same
        self.missed += same and not found
        self.apart += not found and not same

    def add(self, other: Score) -> None:
        """Add the counts of another group."""
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed
        self.apart += other.apart

    @property
    def total(self) -> int:
        """Return the number of pairs counted."""
        return self.right + self.wrong + self.missed + self.apart

    @property
    def precision(self) -> float:
        """Return the share of what was found that was meant; 1 if nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Return the share of what was meant that was found; 1 if nothing was meant."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass(frozen=True)
class NamePair:
    """A name, as somebody else wrote it, and whether that is the same name."""

    tradition: str
    change: str
    one: str
    other: str
    same: bool


#: The files of pairs on which the rules were mended.
LABELLED = ("name_pairs.csv", "more_name_pairs.csv", "last_name_pairs.csv")


@dataclass(frozen=True)
class LabelledSet:
    """A set of texts and pairs, by the beginning of its files' names."""

    title: str
    files: str

    @property
    def texts(self) -> str:
        """Return the file of texts, with the names in them and searches for these."""
        return f"{self.files}_texts.csv"

    @property
    def pairs(self) -> tuple[str, ...]:
        """Return the file of pairs."""
        return (f"{self.files}_pairs.csv",)


#: The set of the hand that wrote the rules, and two by other hands, of whom nobody had seen any rule. Only the misses of the
#: third hand are looked at.
HELD_OUT = LabelledSet("held-out names", "held_out")
THIRD_HAND = LabelledSet("names of the third hand", "third_hand")
FOURTH_HAND = LabelledSet("names of the fourth hand", "fourth_hand")
OTHER_HANDS = (THIRD_HAND, FOURTH_HAND)


@cache
def name_pairs(files: tuple[str, ...] = LABELLED) -> tuple[NamePair, ...]:
    """Return the pairs of these files."""
    return tuple(
        NamePair(row["tradition"], row.get("change", BY_TWO), row["name"], row["as_somebody_else_wrote_it"], row["verdict"] == "same")
        for file in files
        for row in csv.DictReader(_text(file).splitlines())
    )  # fmt: skip


def found_alike(one: Name, other: Name) -> bool:
    """Return whether two names share a key and are then taken for alike: what an officer would see."""
    return bool(set(of_name(one, RULES.names)) & set(of_name(other, RULES.names))) and (
        alike(one, other, RULES.names) is not None
    )


def names_by(group: str, files: tuple[str, ...] = LABELLED) -> dict[str, Score]:
    """Return the scores of name pairs by "tradition" or by "change"."""
    scores: dict[str, Score] = defaultdict(Score)
    for pair in name_pairs(files):
        found = found_alike(read_name(pair.one, RULES.names), read_name(pair.other, RULES.names))
        scores[getattr(pair, group)].count(found, pair.same)
    return dict(scores)


def strangers(files: tuple[str, ...] = LABELLED) -> Score:
    """Return the score of every name against every name of other rows, which are other people."""
    score = Score()
    rows = [pair for pair in name_pairs(files) if pair.same]
    for one, other in combinations(rows, 2):
        first, second = read_name(one.one, RULES.names), read_name(other.other, RULES.names)
        if first.parts != read_name(other.one, RULES.names).parts and set(first.parts) != set(second.parts):
            score.count(found_alike(first, second), False)
    return score


#: The tradition of labelled texts in which nobody is named.
NOBODY = "none"


@dataclass
class InText:
    """The score of names found in texts, and the wrong ones that begin with no known forename."""

    score: Score
    guessed: list[str]


def names_in_texts(file: str = "running_texts.csv") -> dict[str, InText]:
    """Return what is found of names, and of capitals that are no names, in labelled texts, by tradition.

    A name is right if it has the same parts as the one that is meant: titles may be missing or stand with it.
    """
    found: dict[str, InText] = defaultdict(lambda: InText(Score(), []))
    for row in csv.DictReader(_text(file).splitlines()):
        meant = {_canonical(one) for one in filter(None, row["name"].split(";"))}
        names = {_canonical(one): one for one in names_in(row["text"], RULES.names)}
        into = found[row["tradition"]]
        into.score.right += len(meant & names.keys())
        into.score.missed += len(meant - names.keys())
        into.score.wrong += len(names.keys() - meant)
        into.guessed += (names[one] for one in names.keys() - meant if not _begins_with_forename(names[one]))
    return dict(found)


def _text(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")


def _canonical(name: str) -> str:
    return read_name(name, RULES.names).canonical


def _begins_with_forename(name: str) -> bool:
    return read_name(name, RULES.names).parts[0] in RULES.names.forenames


def names_in_a_sentence(files: tuple[str, ...] = LABELLED) -> dict[str, Score]:
    """Return how many names of the pairs are found in the middle of a sentence, by tradition."""
    scores: dict[str, Score] = defaultdict(Score)
    for pair in name_pairs(files):
        for name in (pair.one, pair.other):
            found = names_in(f"I heard from {name} about it yesterday.", RULES.names)
            scores[pair.tradition].count(_canonical(name) in set(map(_canonical, found)), True)
    return dict(scores)


@cache
def searches_of_pairs(files: tuple[str, ...] = LABELLED) -> dict[str, Outcome]:
    """Return what becomes of a search for the second name of each pair, by tradition."""
    pairs = ((one.tradition, one.one, one.other, one.same) for one in name_pairs(files))
    return searches.of_pairs(pairs, RULES)


@cache
def searches_of_texts(file: str = HELD_OUT.texts) -> dict[str, Outcome]:
    """Return what becomes of the searches in labelled texts, by tradition."""
    return searches.of_texts(_text(file), RULES)


@cache
def searches_for_values(hand: LabelledSet) -> dict[str, Score]:
    """Return the scores of another hand's searches for a value or a part of one, by kind.

    A search should list the text of its row, or should not.
    """
    rows = list(csv.DictReader(_text(f"{hand.files}_values.csv").splitlines()))
    world = searches.World([row["text"] for row in rows], RULES)
    scores: dict[str, Score] = defaultdict(Score)
    for number, row in enumerate(rows):
        scores[row["kind"]].count(world.lists(row["typed"], number), row["verdict"] == "found")
    return dict(scores)


def values_by_kind() -> dict[str, Score]:
    """Return the scores of the value pairs by their kind."""
    scores: dict[str, Score] = defaultdict(Score)
    for row in csv.DictReader(_text("value_pairs.csv").splitlines()):
        kind = Kind(row["kind"])
        one, other = (
            {value.canonical for value in extract([ReportText(row[side], row["holds"], "")], RULES).of(kind)}
            for side in ("one", "other")
        )
        scores[kind].count(bool(one & other), row["verdict"] == "same")
    return dict(scores)


@dataclass
class Linked:
    """The scores of one situation: reports shown beside each other, and those called strong."""

    shown: Score
    strong: Score


def reports_by_situation() -> dict[str, Linked]:
    """Return the scores of the labelled reports, each compared with all others, by the situation of either."""
    read = [(situation, one.about, one.read(RULES)) for situation, reports in SETS.items() for one in reports]
    return _linked(read, lambda mine, theirs: bool(mine & theirs))


@cache
def reports_of(hand: LabelledSet) -> dict[str, Linked]:
    """Return the scores of another hand's reports, each compared with all others, by the situation of either."""
    read = [
        (
            re.sub(r"^[\d. ]+", "", row["group"]),
            {row["number"], *row["same_as"].split(";")} - {""},
            extract([ReportText(row["text"], "text", "Report")], RULES),
        )
        for row in csv.DictReader(_text(f"{hand.files}_reports.csv").splitlines())
    ]
    return _linked(read, lambda mine, theirs: mine == theirs)


def _linked(
    read: Sequence[tuple[str, AbstractSet[str], Extract]],
    same_subject: Callable[[AbstractSet[str], AbstractSet[str]], bool],
) -> dict[str, Linked]:
    """Return the scores of reports by situation. They are (situation, subjects, extract).

    A pair of one situation counts there; a pair of two situations counts under "across".
    """
    shared = shared_keys(found.keys for _, _, found in read)
    scores: dict[str, Linked] = defaultdict(lambda: Linked(Score(), Score()))
    for (situation, one, mine), (elsewhere, other, theirs) in combinations(read, 2):
        same = same_subject(one, other)
        own = {key for key in mine.keys if key not in shared}
        met = bool(own & set(theirs.keys))
        found = compare(mine, theirs, RULES, shared) if met else None
        score = scores[situation if situation == elsewhere else "across"]
        score.shown.count(found is not None, same)
        score.strong.count(found is not None and found.strength is Strength.STRONG, same)
    return dict(scores)


def shared_keys(keys: Iterable[Iterable[str]]) -> dict[str, int]:
    """Return the keys that more reports have than link anybody."""
    counted = Counter(key for one in keys for key in one)
    return {key: number for key, number in counted.items() if number > RULES.shared_from}


#: The files of sentences with a name in prose, each with its title in the results.
SENTENCES = {"a sentence": "sentences.csv", "a sentence of the second set": "second_sentences.csv"}


def sentences_as_written(file: str = "sentences.csv") -> dict[str, Score]:
    """Return the scores of a file of sentences against a name in another report's name field, by tradition.

    A sentence counts as found if the two reports share a key and a whole name is then among the reasons.
    """
    scores: dict[str, Score] = defaultdict(Score)
    for row in csv.DictReader(_text(file).splitlines()):
        mine = extract([ReportText(row["text"], "text", "")], RULES)
        theirs = extract([ReportText(row["name"], "name", "")], RULES)
        found = compare(mine, theirs, RULES) if set(mine.keys) & set(theirs.keys) else None
        reasons = () if found is None else found.reasons
        named = any(one.code.startswith("name") and one.weight is Weight.COUNTS for one in reasons)
        scores[row["tradition"]].count(named, row["same"] == "yes")
    return dict(scores)


def lines() -> Iterator[str]:
    """Yield the results as lines of Markdown."""
    yield "| kind of value | pairs | precision | recall |\n|---|---:|---:|---:|"
    for kind, score in values_by_kind().items():
        yield _line(kind, score)
    yield "\n| names by tradition | pairs | precision | recall |\n|---|---:|---:|---:|"
    for tradition, score in names_by("tradition").items():
        yield _line(tradition, score)
    yield "\n| names by how they were changed | pairs | precision | recall |\n|---|---:|---:|---:|"
    changes = names_by("change")
    for change, score in changes.items():
        if change != "other":
            yield _line(change, score)
    other = changes["other"]
    yield f"\nNames that are nearly alike and another person's: {other.wrong} of {other.wrong + other.apart} pairs taken for alike."
    apart = strangers()
    yield f"Names of other people, each with each: {apart.wrong} of {apart.wrong + apart.apart:,} pairs taken for alike."
    yield "\n| names inside a sentence, after no cue | misspelt | precision | recall | of the pairs above | recall |"
    yield "|---|---:|---:|---:|---:|---:|"
    texts, sentences = names_in_texts(), names_in_a_sentence()
    for tradition, whole in sentences.items():
        score = texts[tradition].score
        yield (
            f"| {tradition} | {score.right + score.missed} | {score.precision:.2f} | {score.recall:.2f} "
            f"| {whole.right + whole.missed} | {whole.recall:.2f} |"
        )
    nobody = texts[NOBODY]
    yield (
        f"\nCapitals that are no names: {nobody.score.wrong} places and organisations of the labelled texts are taken for names, "
        f"of which {len(nobody.guessed)} begin with no known forename."
    )
    yield "\n| search for the second name of the pairs above | searches | listed | listed or suggested | others listed |\n|---|---:|---:|---:|---:|"
    yield from map(_searched, searches_of_pairs().items())
    yield from _of_set(HELD_OUT)
    yield from _reports("reports", reports_by_situation())
    for hand in OTHER_HANDS:
        yield from _of_set(hand)
    yield "\n| search for a value of the third hand | searches | precision | recall | of the fourth hand | precision | recall |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    third, fourth = map(searches_for_values, OTHER_HANDS)
    for kind, score in third.items():
        yield _line(kind, score) + _line("", fourth[kind]).removeprefix("|  |")
    for title, file in SENTENCES.items():
        yield f"\n| {title}, and the name in another report's name field | found | precision | of other people, found |\n|---|---:|---:|---:|"
        everyone = Score()
        for tradition, score in sentences_as_written(file).items():
            everyone.add(score)
            yield _sentences(tradition, score)
        yield _sentences("all", everyone)
    yield from _reports("reports of the third hand", reports_of(THIRD_HAND))
    yield from _reports("reports of the fourth hand", reports_of(FOURTH_HAND))


def _sentences(tradition: str, score: Score) -> str:
    right, wrong = score.right, score.wrong
    return (
        f"| {tradition} | {right} of {right + score.missed} | {score.precision:.2f} "
        f"| {wrong} of {wrong + score.apart} |"
    )


def _reports(title: str, situations: Mapping[str, Linked]) -> Iterator[str]:
    yield f"\n| {title} | pairs that belong together | shown: precision | recall | strong: precision | recall |"
    yield "|---|---:|---:|---:|---:|---:|"
    for situation, linked in situations.items():
        shown, strong = linked.shown, linked.strong
        yield (
            f"| {situation} | {shown.right + shown.missed} | {_share(shown.precision, shown.right + shown.wrong)} | {_share(shown.recall, shown.right + shown.missed)} "
            f"| {_share(strong.precision, strong.right + strong.wrong)} | {_share(strong.recall, strong.right + strong.missed)} |"
        )


def _of_set(known: LabelledSet) -> Iterator[str]:
    """Yield the results of a set of texts and pairs."""
    yield f"\n| {known.title} | pairs | precision | recall | in sentences | precision | recall | of the pairs | recall |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    pairs, texts, whole = (
        names_by("tradition", known.pairs),
        names_in_texts(known.texts),
        names_in_a_sentence(known.pairs),
    )
    totals = [Score(), Score(), Score()]
    for tradition, score in pairs.items():
        three = (score, texts[tradition].score, whole[tradition])
        for total, one in zip(totals, three, strict=True):
            total.add(one)
        yield _in_three(tradition, three)
    yield _in_three("all", totals)
    apart, nobody = strangers(known.pairs), texts[NOBODY]
    yield f"\nOther people, each with each: {apart.wrong} of {apart.wrong + apart.apart:,} pairs taken for alike."
    yield (
        f"Capitals that are no names: {nobody.score.wrong} are taken for names, "
        f"of which {len(nobody.guessed)} begin with no known forename."
    )
    yield f"\n| search for {known.title} | searches | listed | listed or suggested | others listed |\n|---|---:|---:|---:|---:|"
    outcomes = searches_of_texts(known.texts)
    yield from map(_searched, outcomes.items())
    everyone = Outcome()
    for outcome in outcomes.values():
        everyone.add(outcome)
    yield _searched(("all", everyone))


def _in_three(name: str, scores: Sequence[Score]) -> str:
    pairs, texts, whole = scores
    return (
        f"| {name} | {pairs.total} | {pairs.precision:.2f} | {pairs.recall:.2f} | {texts.right + texts.missed} "
        f"| {texts.precision:.2f} | {texts.recall:.2f} | {whole.total} | {whole.recall:.2f} |"
    )


def _searched(row: tuple[str, Outcome]) -> str:
    tradition, one = row
    return f"| {tradition} | {one.meant} | {one.listed / one.meant:.2f} | {one.found:.2f} | {one.wrong} |"


def _line(name: str, score: Score) -> str:
    return f"| {name} | {score.total} | {score.precision:.2f} | {_share(score.recall, score.right + score.missed)} |"


def _share(share: float, of: int) -> str:
    return f"{share:.2f}" if of else "none"
