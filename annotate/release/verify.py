"""`annotate verify RELEASE`: everything a release says is held against what is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson

from annotate.errors import AnnotateError, InputError
from annotate.findings import Finding
from annotate.release.croissant import croissant
from annotate.release.leak import TEXT_COLUMNS, Runs, leaks
from annotate.release.memory import give_back, giving_back
from annotate.release.opened import all_releases, no_release
from annotate.release.proof.answers import GivenAnswers
from annotate.release.proof.changes import check_changes
from annotate.release.proof.declared import (
    check_columns,
    check_declared,
    check_figures,
    read_head,
)
from annotate.release.proof.derived import DerivedProof
from annotate.release.proof.opened import (
    CARD,
    CROISSANT,
    MANIFEST,
    Findings,
    Json,
    Part,
    Release,
    open_release,
)
from annotate.release.proof.people import PeopleProof
from annotate.release.proof.rows import RowProof
from annotate.release.proof.seals import check_row_sums, check_seals
from annotate.release.proof.splits import SplitProof
from annotate.release.proof.standing import StandingProof
from annotate.release.proof.texts import NoTexts, OwnTexts, Texts
from annotate.release.proof.withdrawn import check_withdrawn

# What the other configs are compared with comes first; what stands is decided from answers.
ORDER = ("articles", "annotations", "spans")


def verify_release(
    path: Path, *, articles: Path | None = None, people: Iterable[str] = ()
) -> list[Finding]:
    """Prove a release from its files; what is wrong comes back, each with code and place.

    Nothing of severity error means it is proved. `articles` holds the user's own copies of the
    articles: with them, the offsets of a release without texts are proved too, and that none of
    the texts is in it. `people` are names and addresses that must not stand in any column.
    Raises `InputError` when `path` is no folder.
    """
    if not path.is_dir():
        raise InputError(f"no release in {path}", "name a folder such as datasets/NAME/1.0.0")
    if not (path / MANIFEST).exists() and (inside := all_releases(path)):
        raise no_release(path, inside)
    findings = Findings()
    release = open_release(path.absolute(), findings)
    texts = _texts(release, articles, findings)
    check_seals(release, findings)
    with _goes_on(CARD, findings):
        head = read_head(release, findings)
        if head is not None:
            check_declared(release, head, findings)
    with _goes_on("rows", findings):
        check_withdrawn(release, texts, findings)
        broken = check_columns(release, findings)
        figures = _check_rows(release, texts, broken, PeopleProof(people, findings), findings)
        if release.card is not None:
            check_figures(release, findings, figures)
    with _goes_on(CROISSANT, findings):
        _check_croissant(release, findings)
    with _goes_on("texts", findings):
        if release.rights == "standoff":
            _check_columns_of_text(release, findings)
        if release.rights != "full":
            _check_leaks(release, texts, findings)
    return _unique(findings.found)


@contextmanager
def _goes_on(what: str, findings: Findings) -> Iterator[None]:
    """Tell of a release that breaks a proof, and go on with the next."""
    try:
        yield
    except AnnotateError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever was put into a release may be the cause
        message = f"so broken that no more can be said: {type(error).__name__}: {error}"
        findings.add("cannot-be-proved", what, message)


def _texts(release: Release, articles: Path | None, findings: Findings) -> Texts:
    known: Mapping[str, str] = {}
    if articles is not None:
        from annotate.release.hydrate import recover, tells_how

        known = recover(release, articles).texts if tells_how(release) else {}
    own = release.has("articles", "text")
    found = OwnTexts(release, known) if own else NoTexts(release, known)
    missing = sum(1 for article in found if found.get(article) is None)
    if missing:
        findings.add(
            "text-not-at-hand",
            "articles",
            f"of {missing} articles no text is at hand: their offsets are not compared with it",
            "warning",
        )
    return found


class _Proofs:
    """The proofs that look at rows, each of which they see once."""

    def __init__(
        self, release: Release, texts: Texts, people: PeopleProof, findings: Findings
    ) -> None:
        self.rows, self.people = RowProof(release, texts, findings), people
        self.splits, self.given = SplitProof(release, texts, findings), GivenAnswers()
        self.derived = DerivedProof(release, texts, self.given, findings)
        self.stands = StandingProof(release, texts, self.given, findings)

    def look(self, part: Part, row: Json, line: bytes, number: int) -> None:
        """Show a row to all of them; `line` is its JSON."""
        if self.rows.whole(part, row, number):
            self.rows.look(part, row, number)
            self.people.look(part, row, line, number)
            self.splits.look(part, row, number)
            if part.config == "annotations":
                self.given.look(row, line)
            self.derived.look(part, row, number)
            self.stands.look(part, row)

    def finish(self, *, whole: bool) -> None:
        """Have all of them tell what they found; `whole` says that no column was missing."""
        self.rows.finish()
        self.splits.finish()
        if whole:
            self.derived.finish()
            self.stands.finish()


def _check_rows(
    release: Release,
    texts: Texts,
    broken: frozenset[str],
    people: PeopleProof,
    findings: Findings,
) -> dict[str, dict[str, int]]:
    """Go through every file once with all the proofs that look at rows."""
    proofs = _Proofs(release, texts, people, findings)
    for config in _configs(release):
        for part in release.of(config):
            digest = hashlib.sha256()
            for number, row in enumerate(giving_back(release.rows(part))):
                line = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
                digest.update(line + b"\n")
                if part.name not in broken:
                    proofs.look(part, row, line, number)
            if release.manifest is not None:
                count = release.counts[part.name]
                check_row_sums(part, release.manifest, count, digest.hexdigest(), findings)
            give_back()
        if config == "articles":  # before more is held, for this takes room
            proofs.splits.near_duplicates()
            give_back()
    proofs.finish(whole=not broken)
    check_changes(release.path, people, findings)
    if release.manifest is not None:
        people.settings(release.manifest.publish.model_dump(), MANIFEST)
    for file in sorted(release.path.glob("*")):
        if file.suffix in {".md", ".json"} and file.is_file():
            people.text(file.name, file.read_text(encoding="utf-8", errors="replace"))
    return proofs.rows.figures()


def _configs(release: Release) -> list[str]:
    """Name the configs in the order in which they are looked at."""
    found = dict.fromkeys(part.config for part in release.parts)
    return [name for name in ORDER if name in found] + [name for name in found if name not in ORDER]


def _check_croissant(release: Release, findings: Findings) -> None:
    """Make the description again from card and manifest, and compare."""
    path = release.path / CROISSANT
    if not path.is_file():
        return
    try:
        told = orjson.loads(path.read_bytes())
    except ValueError:
        findings.add("croissant-broken", CROISSANT, "is not JSON")
        return
    if release.card is None or release.manifest is None:
        return
    try:
        manifest = orjson.loads((release.path / MANIFEST).read_bytes())
        made = croissant(release.card, manifest)
    except (KeyError, TypeError, AttributeError) as error:
        message = f"cannot be made again from card and manifest, for want of {error}"
        findings.add("croissant-differs", CROISSANT, message)
        return
    if told != made:
        wrong = sorted(
            key
            for key in made.keys() | (told.keys() if isinstance(told, dict) else set())
            if not isinstance(told, dict) or told.get(key) != made.get(key)
        )
        message = f"is not what card and manifest give: {', '.join(wrong)}"
        findings.add("croissant-differs", CROISSANT, message)


def _check_columns_of_text(release: Release, findings: Findings) -> None:
    for part in release.parts:
        names = release.schemas[part.name].names
        for column in sorted(TEXT_COLUMNS.intersection(names)):
            findings.add("text-in-standoff", f"{part.name}, {column}", "is a column of text")
        for column in ("spans", "relations"):
            if column in names and "text: string" in str(release.schemas[part.name].field(column)):
                findings.add(
                    "text-in-standoff", f"{part.name}, {column}.text", "is a column of text"
                )


def _check_leaks(release: Release, texts: Texts, findings: Findings) -> None:
    """Look for runs of words of the texts that are left out, as far as they are at hand.

    Where the texts of some outlets are published, what those say is no leak.
    """
    hidden = set(texts)
    if release.rights == "mixed":
        rows = (row for part in release.of("articles") for row in release.rows(part))
        hidden = {str(row["article_id"]) for row in rows if row.get("rights") == "standoff"}
    runs = Runs(text for text in map(texts.get, hidden) if text)
    if len(runs) and len(hidden) < sum(1 for _ in texts):
        runs.without(text for name in texts if name not in hidden and (text := texts.get(name)))
    if len(runs):
        for place, count in leaks(release.path, runs):
            message = f"repeats words of an article, 8 or more in a row, in {count} cells"
            findings.add("words-leaked", place, message)


def _unique(found: list[Finding]) -> list[Finding]:
    """Leave out what two proofs say alike; errors first."""
    return sorted(dict.fromkeys(found), key=lambda finding: finding.severity != "error")
