"""Sets aside the spans that cannot all stand, each with a finding that says why.

Of two spans that overlap as the schema forbids, both go: which one was meant is not to be seen
in them, and whoever mends one in Label Studio gets the other back. Only of two spans that say
the same the later goes alone: the one that is kept says all that both said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from annotate.findings import Finding
from annotate.labels.annotation import Relation, Span
from annotate.labels.lexicon import lexicon_of
from annotate.schema.model import Schema

ASTRAL = re.compile("[^\x00-\uffff]")
WORD_CLASSES = frozenset(b"aAoh0")
QUOTED = 60  # code points of a span that a message shows

Kind = Literal["identical", "nested", "crossing"]


@dataclass
class Sifted:
    """What stands. `dangling` are arrows that were drawn and lost an end.

    `aside` are ids of spans, `twins` leads from a span that says nothing new to its elder.
    """

    spans: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    dangling: list[Relation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)
    twins: dict[str, str] = field(default_factory=dict)

    def eldest(self, span_id: str) -> str:
        while span_id in self.twins:
            span_id = self.twins[span_id]
        return span_id

    def led_to_eldest(self, drawn: Relation) -> Relation:
        return replace(drawn, head=self.eldest(drawn.head), tail=self.eldest(drawn.tail))


def sift(
    spans: Sequence[Span], relations: Sequence[Relation], text: str, schema: Schema, place: str
) -> Sifted:
    """Set aside what a browser shifted, then what overlaps as the schema forbids.

    In this order, or a good span would go because a shifted one lies across it.
    """
    sifted = Sifted()
    for span, message in shifted(spans, text):
        where = f"{place} region {span.id}"
        sifted.findings.append(Finding("resize-astral", "error", where, message))
        sifted.aside.add(span.id)
    standing = [span for span in spans if span.id not in sifted.aside]
    for one, two, kind in clashes(standing, schema):
        twin = _says_the_same(one, two)
        message = _clash_message(one, two, kind, text, twin=twin)
        where = f"{place} regions {one.id} and {two.id}"
        sifted.findings.append(Finding("spans-crossing", "error", where, message))
        if twin:
            sifted.twins.setdefault(two.id, one.id)
        else:
            sifted.aside |= {one.id, two.id}
    gone = sifted.aside | sifted.twins.keys()
    sifted.spans = [span for span in spans if span.id not in gone]
    for relation in relations:
        _sift_relation(relation, sifted, place)
    return sifted


def _sift_relation(drawn: Relation, sifted: Sifted, place: str) -> None:
    """Keep an arrow between spans that stand; one to a twin goes to the elder."""
    relation = sifted.led_to_eldest(drawn)
    lost = [end for end in (relation.head, relation.tail) if end in sifted.aside]
    if lost:
        message = f"an arrow ({drawn.type}) leads to region {lost[0]}, which is set aside"
        where = f"{place} region {lost[0]}"
        sifted.findings.append(Finding("relation-end", "warning", where, message))
        sifted.dangling.append(relation)
    elif relation not in sifted.relations and relation.head != relation.tail:
        sifted.relations.append(relation)


def clashes(spans: Sequence[Span], schema: Schema) -> Iterator[tuple[Span, Span, Kind]]:
    """Find the pairs that overlap as their layer forbids, the earlier span first."""
    overlaps = lexicon_of(schema).overlaps
    open_spans: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda item: (item.start, -item.end, item.id)):
        before = [one for one in open_spans.get(span.layer, ()) if one.end > span.start]
        for one in before:
            kind = overlap_kind(one, span)
            if getattr(overlaps[span.layer], kind) == "error":
                yield one, span, kind
        open_spans[span.layer] = [*before, span]


def overlap_kind(one: Span, two: Span) -> Kind:
    """Say how two spans that share a character lie to each other."""
    if (one.start, one.end) == (two.start, two.end):
        return "identical"
    inside = one.start <= two.start and two.end <= one.end
    around = two.start <= one.start and one.end <= two.end
    return "nested" if inside or around else "crossing"


def _says_the_same(one: Span, two: Span) -> bool:
    return replace(one, id=two.id) == two


def shifted(spans: Sequence[Span], text: str) -> Iterator[tuple[Span, str]]:
    """Find the spans with a border that Label Studio's handles have moved, and say how.

    A border pulled by its handle is counted in UTF-16 from where its piece of the page begins (a
    line, or the edge of a span) and read as code points: it lies too far right by one for every
    astral letter in between. A first border that falls inside a word, and would stand at the
    beginning of one without that, was moved so; a last one likewise.
    """
    if not ASTRAL.search(text):
        return
    from annotate.corpus.shapes import shape_of

    shape = shape_of(text)
    edges = {edge for span in spans for edge in (span.raw_start, span.raw_end) if edge is not None}
    for span in spans:
        borders = ((span.raw_start, True), (span.raw_end, False)) if span.origin == "human" else ()
        for border, opens in borders:
            meant = None if border is None else _meant(text, shape, border, edges, opens=opens)
            if border is not None and meant is not None:
                yield span, _shift_message(span, text, border, meant)
                break


def _meant(
    text: str, shape: bytes, border: int, edges: Collection[int], *, opens: bool
) -> int | None:
    """Say which edge of a word a border inside one was pulled to; None where none explains it."""
    if not _inside_word(shape, border):
        return None
    line = text.rfind("\n", 0, border) + 1
    begins = {0, line, *(edge for edge in edges if line < edge < border)}
    for moved in range(1, len(ASTRAL.findall(text, 0, border)) + 1):
        meant = border - moved
        if _is_word(shape, meant - 1) == opens or _is_word(shape, meant) != opens:
            continue
        if any(moved == len(ASTRAL.findall(text, begin, meant)) for begin in begins):
            return meant
    return None


def _inside_word(shape: bytes, border: int) -> bool:
    return _is_word(shape, border - 1) and _is_word(shape, border)


def _is_word(shape: bytes, offset: int) -> bool:
    return 0 <= offset < len(shape) and shape[offset] in WORD_CLASSES


def _shift_message(span: Span, text: str, border: int, meant: int) -> str:
    moved = border - meant
    return (
        f"{quoted(span, text)} has a border inside a word, {moved} characters behind the edge of "
        f"one and with {moved} letters beyond U+FFFF before it: Label Studio shifts a border so "
        "when it is pulled by its handle; mark the words anew there"
    )


def _clash_message(one: Span, two: Span, kind: Kind, text: str, *, twin: bool) -> str:
    relation = {"identical": "are one stretch", "nested": "lie one in the other"}.get(kind, "cross")
    aside = "they say the same, so the later is left out" if twin else "both are set aside"
    return (
        f"{quoted(one, text)} and {quoted(two, text)} {relation}, which layer {one.layer} does "
        f"not allow; {aside}"
    )


def quoted(span: Span, text: str) -> str:
    """Name a span for a person: label, words, borders."""
    words = " ".join(text[span.start : span.end].split())
    words = words if len(words) <= QUOTED else f"{words[: QUOTED - 1]}…"
    return f"{span.label} “{words}” ({span.start}–{span.end})"
