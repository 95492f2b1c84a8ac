"""The body of an article among what stands around it on a page, by generic rules.

The rules look at shape, place and repetition; none names an outlet or a phrase of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from annotate.corpus.edits import Edit
from annotate.corpus.lines import Line, cosine, lines_of, stems_of
from annotate.corpus.repeats import repeats

SAME_TOPIC = 0.22  # measured: blocks of one article are above, blocks of other articles below
ANY_TOPIC = 0.08
MIN_EVIDENCE = 60  # stems; of a shorter rest nobody can say what it speaks of
MIN_TITLE_WORDS = 4
MAX_SUBHEAD_WORDS = 16
MAX_TITLE_DISTANCE = 15  # lines

_SCORES = {"short": -1, "credit": -2, "other": -8}


@dataclass(frozen=True)
class Selection:
    """What of a text is its body: the edits that leave only that, the title, the kept share."""

    edits: tuple[Edit, ...]
    title: str | None
    share: float
    found: bool


@dataclass(frozen=True)
class _Block:
    """Sentence lines with no more than one line of another kind between neighbours."""

    members: tuple[int, ...]
    words: int


def select_body(text: str, title: str | None = None, outlet: str | None = None) -> Selection:
    """Choose the lines of the body. A text without sentences is left as it is."""
    lines = lines_of(text)
    dropped = _repeats(lines)
    kept = _kept(lines, dropped | _captioned(lines), outlet)
    if not kept:
        return Selection((), title, 1.0, found=False)
    place = _title(lines, kept, title)
    chosen = title or (lines[place].text if place is not None else None)
    reasons = _reasons(lines, kept, dropped, chosen)
    share = sum(len(lines[index].text) for index in kept) / max(1, len(text))
    return Selection(tuple(_edits(lines, reasons)), chosen, share, found=True)


def trim_body(text: str, title: str | None, outlet: str | None = None) -> Iterator[Edit]:
    """Take from a text that is nearly a body: repeats, credits, title, navigation, what follows."""
    lines = lines_of(text)
    dropped = _repeats(lines)
    selected = _kept(lines, dropped | _captioned(lines), outlet)
    last = max(selected, default=len(lines))
    kept = {
        index
        for index, line in enumerate(lines[: last + 1])
        if index in selected
        or not (
            index in dropped or line.furniture or line.kind == "credit" or _is_title(line, title)
        )
    }
    return _edits(lines, _reasons(lines, kept or set(range(len(lines))), dropped, title))


def _repeats(lines: list[Line]) -> set[int]:
    """Find what stands elsewhere too; the copy in the longest run of sentences stays."""
    weight = {index: block.words for block in _blocks(lines, set()) for index in block.members}
    return repeats(lines, weight)


def _blocks(lines: list[Line], dropped: set[int]) -> list[_Block]:
    """Group the sentence lines that are left; two lines of anything else part two blocks."""
    blocks: list[list[int]] = []
    for index, line in enumerate(lines):
        if line.kind != "sentence" or index in dropped:
            continue
        if blocks and _apart(lines, blocks[-1][-1], index) < 2:  # noqa: PLR2004  # a subhead is one
            blocks[-1].append(index)
        else:
            blocks.append([index])
    return [_block(lines, members) for members in blocks]


def _block(lines: list[Line], members: list[int]) -> _Block:
    words = sum(lines[index].size for index in members)
    return _Block(tuple(members), words)


def _apart(lines: list[Line], left: int, right: int) -> int:
    """Count the lines between two lines that are neither sentences nor short ones."""
    return sum(line.kind in ("other", "credit") for line in lines[left + 1 : right])


def _kept(lines: list[Line], dropped: set[int], outlet: str | None) -> set[int]:
    """Choose the best stretch, without blocks on another topic, and with its subheads."""
    if text := _text_alone(lines):
        return text - dropped
    first, last = _best_stretch(lines, dropped)
    blocks = [b for b in _blocks(lines, dropped) if first <= b.members[0] and b.members[-1] <= last]
    if not blocks:
        return set()
    sentences = _trimmed(lines, _on_topic(lines, blocks), outlet)
    return set(sentences) | set(_between(lines, sentences, dropped))


def _text_alone(lines: list[Line]) -> set[int]:
    """Give all lines from the first sentence on, if nothing but text follows; else none."""
    first = next((index for index, line in enumerate(lines) if line.kind == "sentence"), len(lines))
    alone = all(line.kind in {"sentence", "short"} for line in lines[first:])
    return set(range(first, len(lines))) if alone else set()


def _best_stretch(lines: list[Line], dropped: set[int]) -> tuple[int, int]:
    """Find the contiguous lines with the highest sum of scores (Pasternack & Roth 2009)."""
    best, best_range = 0, (0, -1)
    total, start = 0, 0
    for index, line in enumerate(lines):
        if total <= 0:
            total, start = 0, index
        total += -1 if index in dropped else _SCORES.get(line.kind, min(line.size, 60))
        if total > best:
            best, best_range = total, (start, index)
    return best_range


def _on_topic(lines: list[Line], blocks: list[_Block]) -> list[int]:
    """Give the sentence lines of the largest block and of the others that share its words."""
    main = max(blocks, key=lambda block: (block.words, -block.members[0]))
    topic = stems_of(lines[index] for index in main.members)
    same = (
        block
        for block in blocks
        if block is main
        or cosine(stems_of(lines[index] for index in block.members), topic) >= SAME_TOPIC
    )
    return [index for block in same for index in block.members]


def _trimmed(lines: list[Line], sentences: list[int], outlet: str | None) -> list[int]:
    """Take off what stands at both ends without being part of the article."""
    names = _Names(lines, outlet)
    topic = stems_of(lines[index] for index in sentences)
    while len(sentences) > 1:
        last, first = lines[sentences[-1]], lines[sentences[0]]
        topic.subtract(last.stems)
        if _is_stray(last, topic, sentences[-1] - sentences[-2]) or names.imprint(last, topic):
            sentences = sentences[:-1]
            continue
        topic.update(last.stems)
        topic.subtract(first.stems)
        if not _is_stray(first, topic, sentences[1] - sentences[0]):
            break
        sentences = sentences[1:]
    return sentences


def _is_stray(line: Line, topic: Counter[str], distance: int) -> bool:
    """Whether a line shares too few words with the rest, for its length and distance."""
    behind_gap = distance > 1
    if topic.total() < MIN_EVIDENCE:
        return False
    if line.size > (120 if behind_gap else 12) or (line.quotes and not behind_gap):
        return False
    return cosine(line.stems, topic) < (ANY_TOPIC if behind_gap else ANY_TOPIC / 2)


class _Names:
    """What the outlet is called: by its metadata, or by the first lines of the page."""

    def __init__(self, lines: list[Line], outlet: str | None) -> None:
        self.outlet = outlet.casefold() if outlet else None
        self.masthead = next((line.key for line in lines[:2] if line.size in range(2, 5)), None)

    def imprint(self, line: Line, topic: Counter[str]) -> bool:
        """Whether a closing line speaks of the outlet instead of the topic."""
        if line.quotes or line.size > 60:  # noqa: PLR2004  # an imprint is short
            return False
        likeness = cosine(line.stems, topic)
        if self.outlet and self.outlet in line.text.casefold():
            return likeness < ANY_TOPIC
        return bool(
            self.masthead and line.key.startswith(f"{self.masthead} ") and likeness < SAME_TOPIC
        )


def _between(lines: list[Line], sentences: list[int], dropped: set[int]) -> Iterator[int]:
    """Give the subheads and short sentences between kept lines."""
    topic = stems_of(lines[index] for index in sentences)
    for left, right in pairwise(sentences):
        gap = [index for index in range(left + 1, right) if index not in dropped]
        captions = _captions(lines, set(gap))
        for section in _sections(lines, gap):
            others = [i for i in section if lines[i].kind == "other" and i not in captions]
            for index in section:
                alone = others == [index] or lines[index].kind == "short"
                if alone and index not in captions and _is_subhead(lines[index], topic):
                    yield index


def _sections(lines: list[Line], gap: list[int]) -> Iterator[list[int]]:
    """Part a gap at its ornaments, such as a line of asterisks."""
    for ornament, section in groupby(gap, key=lambda index: not lines[index].size):
        if not ornament:
            yield list(section)


def _captions(lines: list[Line], gap: set[int]) -> set[int]:
    """Find credit lines and what is set tightly around them."""
    credits_ = {index for index in gap if lines[index].kind == "credit"}
    around = ((index, near) for index in credits_ for near in (index - 1, index + 1))
    return credits_ | {near for index, near in around if near in gap and _tight(lines, index, near)}


def _tight(lines: list[Line], index: int, other: int) -> bool:
    """Whether no blank line stands between two neighbours."""
    first, second = sorted((index, other))
    return lines[first].end + 1 == lines[second].start


def _captioned(lines: list[Line]) -> set[int]:
    """Sentences that stand with a credit line, and nothing else, between two blank lines."""
    tight = [a.end + 1 == b.start for a, b in pairwise(lines)]
    return {
        index
        for index, line in enumerate(lines[:-1])
        if lines[index + 1].kind == "credit"
        and line.kind == "sentence"
        and line.size <= 40  # noqa: PLR2004
        and tight[index]
        and not any(tight[index - 1 : index])
        and not any(tight[index + 1 : index + 2])
    }


def _is_subhead(line: Line, topic: Counter[str]) -> bool:
    """Whether a line between two paragraphs can be a heading or a short sentence of the article."""
    if line.kind == "credit" or not 0 < line.size <= MAX_SUBHEAD_WORDS:
        return False
    if line.kind == "short":
        return True
    known = sum(1 for stem in line.stems if stem in topic)
    short = line.size in range(2, 6)
    return not line.key.replace(" ", "").isdigit() and (short or known * 3 >= len(line.stems) > 0)


def _title(lines: list[Line], kept: set[int], given: str | None) -> int | None:
    """Find the line before the body that names its topic, best with words of its lead.

    Of several, one that repeats goes first, then the first of them.
    """
    if given:
        return None
    first = min(kept)
    counts = Counter(line.key for line in lines)
    near = range(max(0, first - MAX_TITLE_DISTANCE), first)
    for size in (3, len(kept)):
        lead = stems_of(lines[index] for index in sorted(kept)[:size])
        candidates = [index for index in near if _can_be_title(lines[index], lead)]
        if candidates:
            return max(candidates, key=lambda index: (counts[lines[index].key], -index))
    return None


def _can_be_title(line: Line, lead: Counter[str]) -> bool:
    if line.kind == "credit" or line.furniture or line.size < MIN_TITLE_WORDS:
        return False
    ends = line.text.rstrip("\"”’'»)] ").endswith((".", "。"))
    return not ends and sum(1 for stem in line.stems if stem in lead) > 1


def _is_title(line: Line, title: str | None) -> bool:
    return title is not None and line.text.casefold() == title.casefold()


def _reasons(
    lines: list[Line], kept: set[int], repeats: set[int], title: str | None
) -> list[str | None]:
    """Say for each line why it is dropped; None for the lines that stay."""
    captions = _captions(lines, set(range(len(lines))) - kept)
    reasons: list[str | None] = []
    for index, line in enumerate(lines):
        if index in kept:
            reasons.append(None)
        elif _is_title(line, title):
            reasons.append("title")
        elif line.kind == "credit":
            reasons.append("credit")
        elif index in captions:
            reasons.append("caption")
        else:
            reasons.append("repeat" if index in repeats else "boilerplate")
    return reasons


def _edits(lines: list[Line], reasons: list[str | None]) -> Iterator[Edit]:
    """Give one edit for each run of lines that go for the same reason, with a gap beside it."""
    first = next((index for index, reason in enumerate(reasons) if reason is None), len(lines))
    for reason, run in groupby(
        range(len(lines)), key=lambda index: (reasons[index], index < first)
    ):
        members = list(run)
        if reason[0] is None:
            continue
        leading = members[-1] < first
        start = lines[members[0]].start if leading else lines[members[0] - 1].end
        end = lines[members[-1] + 1].start if leading else lines[members[-1]].end
        yield Edit(start, end, "", reason[0])
