"""How well annotators agree is measured again, from the answers in `annotations`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from annotate.labels.annotation import Annotation
from annotate.labels.triples import NAMELESS
from annotate.quality.answers import Answers, Collector
from annotate.release.agreed import DIGITS, HEAD, agreement_of, agreement_told
from annotate.release.proof.opened import CARD, MANIFEST, Findings, Json, Manifest, Release
from annotate.schema import schema_of
from annotate.workspace import AgreementSettings

PLACE = f"{MANIFEST}, agreement"
TRIPLES = "triples"
# Sums of the same numbers may differ in the last digit between two machines.
NEAR = 1.01 * 10.0**-DIGITS


class Answered(NamedTuple):
    """A chunk that several people answered; `text` is None where it is not at hand."""

    article_id: str
    length: int
    text: str | None
    answers: Sequence[Annotation]


def check_agreement(release: Release, several: Iterable[Answered], findings: Findings) -> None:
    """Hold the agreement in the manifest against the answers, and that in the card against it.

    `several` come as they were compared when the release was built: by article and chunk.
    """
    manifest = release.manifest
    if manifest is None:
        return
    try:
        _check_card(release, agreement_told(manifest.agreement), findings)
        answers = _collected(manifest, several)
        made = agreement_of(answers, _settings(manifest))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"agreement: cannot be told, for want of {error}"
        findings.add("manifest-broken", MANIFEST, message)
        return
    hidden = any(triple.entity == NAMELESS for triple in answers.triples)
    for message in _differing(manifest.agreement, made, without=TRIPLES if hidden else None):
        findings.add("agreement-differs", PLACE, message)
    if hidden and made is not None:
        message = f"{TRIPLES}: told by words that are not at hand, so not measured again"
        findings.add("text-not-at-hand", PLACE, message, "warning")


def _settings(manifest: Manifest) -> AgreementSettings:
    """Draw articles as the release says that they were drawn; raises `ValueError`."""
    told = manifest.agreement
    return (
        AgreementSettings(draws=told["draws"], seed=told["seed"]) if told else AgreementSettings()
    )


def _collected(manifest: Manifest, several: Iterable[Answered]) -> Answers:
    collector = Collector(schema_of(manifest.schema_.model_dump()))
    for chunk in several:
        # Of a text that is not at hand the length counts; its words are blanks.
        text = " " * chunk.length if chunk.text is None else chunk.text
        told = {"article_id": chunk.article_id, "index": 0, "text": text}
        for answer in chunk.answers:
            collector.add(answer, told)
    return collector.done()


def _differing(told: Json | None, made: Json | None, *, without: str | None) -> Iterator[str]:
    """Name everything that is told, and is not what was measured."""
    if told is None or made is None:
        if told is not made:
            found = "there are none" if made is None else f"{made['chunks']} have"
            yield f"chunks with the answers of two people: {found}"
        return
    for key in sorted(made.keys() - {"figures", "draws", "seed"}):
        if told.get(key) != made[key]:
            yield f"{key} is {told.get(key)!r}, the answers give {made[key]!r}"
    if len(_by_name(told)) != len(told["figures"]):
        yield "a figure is told twice"
    mine, theirs = (
        {name: one for name, one in _by_name(each).items() if name[0] != without}
        for each in (made, told)
    )
    for name in sorted(mine.keys() ^ theirs.keys()):
        yield f"{', '.join(name)} {'is not told' if name in mine else 'cannot be measured'}"
    for name in sorted(mine.keys() & theirs.keys()):
        for key, value in mine[name].items():
            if not _near(theirs[name].get(key), value):
                yield f"{', '.join(name)}: {key} is {theirs[name].get(key)!r}, not {value!r}"


def _by_name(agreement: Json) -> dict[tuple[str, str], Json]:
    return {(one["of"], one["name"]): one for one in agreement["figures"]}


def _near(told: object, made: object) -> bool:
    if isinstance(told, float | int) and isinstance(made, float):
        return abs(told - made) <= NEAR
    return told == made


def _check_card(release: Release, made: str, findings: Findings) -> None:
    """Name the lines of the card's section that are not what the manifest gives."""
    if release.card is None or made in release.body:
        return
    section = release.body.partition(HEAD)[2].partition("\n## ")[0].splitlines()
    wrong = [line for line in made.removeprefix(HEAD).splitlines() if line and line not in section]
    for line in wrong or ["the section"]:
        findings.add("agreement-differs", CARD, f"{_named(line)} is not what the manifest has")


def _named(line: str) -> str:
    """Give a figure's name instead of its line."""
    cells = [cell.strip() for cell in line.split(" | ")]
    return f"{cells[0].removeprefix('| ')}, {cells[1]}" if line.startswith("| ") else "the text"
