"""What the model of bodies sees around a line: its neighbours, its block, its page, its topic."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.corpus.features import Columns
from annotate.corpus.lines import NUMBER, Lines, sums_before
from annotate.corpus.words import Shared

Array = NDArray[Any]

LIKELY, UNLIKELY = 800, 100  # chances in a thousand that lines are body, by their shape alone
EVEN = 500
_BESIDE = (
    *("words", "final", "asks", "colon", "capital_share", "credit", "first", "digits", "text"),
    *("short_words", "quotes", "ends", "noise", "copies", "copied", "copied_longer", "known_share"),
    "kind_share",
)
_REACH = (1, -1, 2, -2)  # lines
_SILENT = 8  # words
_MAX_HEAD = 16  # words
_MAX_WEIGHT = 60  # words
_LOST = 600
_MOST_NOISE = 30  # tenths of log-odds
_TITLE_WORDS = (4, 40)
_EARLY = 0.3  # of the likely body stands before a title at most
_LEAD = 4  # likely lines
_MAX_KNOWN = 6


def context_columns(lines: Lines, columns: Columns) -> Columns:
    """Describe what stands around each line."""
    matrix = np.stack([np.asarray(columns[name], np.float32) for name in _BESIDE])
    found: Columns = {}
    for by in _REACH:
        near = lines.shifted(matrix, by)
        found |= {f"{name}{by:+d}": row for name, row in zip(_BESIDE, near, strict=True)}
    text = columns["text"]
    silent = (text == 0) & (columns["words"] < _SILENT)
    both = zip(lines.around(text, 2, 4, 10), lines.around(silent, 2, 4, 10), strict=True)
    for (reach, *spoken), (_, *quiet) in both:
        found[f"text-{reach}_"], found[f"text+{reach}_"] = spoken
        found[f"silent-{reach}"], found[f"silent+{reach}"] = quiet
    found |= _block_columns(lines, columns, text, "text")
    found |= _page_columns(lines, columns)
    return found


def _page_columns(lines: Lines, columns: Columns) -> Columns:
    """Describe the page of each line, and where in it the line stands."""
    start = lines.start[lines.first]
    whole = np.maximum(lines.end[lines.last - 1] - start, 1)
    spoken = columns["text"] > 0
    brief = columns["words"] <= _MAX_HEAD
    asks = columns["asks"] & (columns["words"] > 3)  # noqa: PLR2004
    numbered = (columns["first"] == NUMBER["0"]) & brief & (columns["digits"] < 40)  # noqa: PLR2004
    marks = columns["digits"] > 33  # noqa: PLR2004
    mean = lines.per_page(columns["text"]) / np.maximum(lines.per_page(spoken), 1)
    return {
        "place": (lines.index - lines.first) / lines.size,
        "place_in_text": (lines.start - start) / whole,
        "lines": lines.size,
        "text_lines": lines.per_page(spoken) / lines.size,
        "asking": lines.per_page(asks) / lines.size,
        "numbering": lines.per_page(numbered),
        "marking": lines.per_page(marks) / lines.size,
        "crediting": lines.per_page(columns["credit"]),
        "numbered": numbered,
        "against_mean": columns["words"] / np.maximum(mean, 1),
    }


class _Blocks(NamedTuple):
    """Of each line how many lines of its block lie before it, the block's weight, and its rank.

    A block is a run of lines with weight; one without may stand between two of them. `top` says
    that none of the page is heavier.
    """

    left: Array
    weight: Array
    top: Array


def _block_columns(lines: Lines, columns: Columns, weights: Array, name: str) -> Columns:
    """Tell where a line stands in the weight of its page, and against its largest block."""
    left, block = _blocks(lines, weights)
    largest = np.zeros(len(lines.pages), np.int64)
    np.maximum.at(largest, lines.page, block)
    blocks = _Blocks(left, block, block == largest.take(lines.page))
    found = _mass_columns(lines, weights, blocks, name)
    return found | _parting_columns(lines, columns, weights, blocks.top, name)


def _mass_columns(lines: Lines, weights: Array, blocks: _Blocks, name: str) -> Columns:
    """Tell how much of a page's weight stands before and behind a line, and in its block."""
    whole = lines.per_page(weights)
    total = np.maximum(whole, 1)
    before = lines.before(weights)
    behind = whole - before - weights
    return {
        f"{name}_before": before / total,
        f"{name}_behind": behind / total,
        f"{name}_share": weights / total,
        f"{name}_total": total,
        f"{name}_block": blocks.weight,
        f"{name}_block_share": blocks.weight / total,
        f"{name}_block_top": blocks.top,
        f"{name}_block_left": blocks.left,
    }


def _parting_columns(
    lines: Lines, columns: Columns, weights: Array, top: Array, name: str
) -> Columns:
    """Tell how much noise and how many brief lines part a line from the largest block.

    And likewise from the last line with weight before it.
    """
    begin, end = _extent(lines, (weights > 0) & top)
    brief = (columns["words"] < _SILENT) & (weights == 0)
    noise = np.clip(columns["noise"], 0, _MOST_NOISE).astype(np.int64) * brief
    last = np.where(weights > 0, lines.index, -1)
    last = np.maximum(np.maximum.accumulate(np.append(-1, last[:-1])), lines.first)
    found: Columns = {}
    for kind, values in (("noise", noise), ("brief", brief)):
        sums = sums_before(values)
        behind = np.maximum(sums[:-1] - sums.take(np.minimum(end + 1, lines.last)), 0)
        before = np.maximum(sums.take(begin) - sums[1:], 0)
        found[f"{name}_{kind}_behind"], found[f"{name}_{kind}_before"] = behind, before
        found[f"{name}_{kind}_since"] = sums[:-1] - sums.take(last)
    return found


def _blocks(lines: Lines, weights: Array) -> tuple[Array, Array]:
    """Give for each line how many lines of its block lie before it, and the block's weight."""
    size, left = np.zeros(len(lines), np.int64), np.zeros(len(lines), np.int64)
    on = np.flatnonzero(weights > 0)
    if not len(on):
        return left, size
    new = (np.diff(on, prepend=-9) > 2) | (np.diff(lines.page[on], prepend=-1) != 0)  # noqa: PLR2004
    number = np.cumsum(new) - 1
    size[on] = np.bincount(number, weights=weights[on]).astype(np.int64)[number]
    left[on] = on - on[new][number]
    inner = on[1:][(np.diff(on) == 2) & ~new[1:]] - 1  # noqa: PLR2004
    size[inner], left[inner] = size[inner - 1], left[inner - 1] + 1
    return left, size


def topic_columns(lines: Lines, shared: Shared, chance: Array, name: str) -> Columns:
    """Tell which of a line's words stand in other lines that are likely body, and noise."""
    size = len(lines)
    own = chance[shared.line]
    body = shared.sums(chance) - own
    noise = shared.count * 1000 - 1000 - body
    content = np.bincount(shared.line, minlength=size)
    count = np.maximum(content, 1)
    known = shared.per_line(size, body > EVEN)
    lost = shared.per_line(size, (noise > _LOST) & (body <= EVEN))
    odds = 2 * known - shared.per_line(size, noise > body)
    share = known / count
    base = lines.per_page(chance * known) / np.maximum(lines.per_page(chance * content), 1)
    return {
        name: known,
        f"{name}_share": share,
        f"{name}_lost": lost / count,
        f"{name}_odds": odds / count,
        f"{name}_base": base,
        f"{name}_more": share - base,
        f"{name}_count": content,
    }


def chance_columns(lines: Lines, shared: Shared, columns: Columns, chance: Array) -> Columns:
    """Describe each line by how likely it and the lines around it are body, in thousandths."""
    likely = chance > EVEN
    found: Columns = {"chance": chance}
    for reach, before, behind in lines.around(chance, 1, 2, 4, 10):
        found |= {f"chance-{reach}": before, f"chance+{reach}": behind}
        found[f"chance_least{reach}"] = np.minimum(before, behind)
    weighed = chance * np.minimum(columns["words"], _MAX_WEIGHT)
    for reach, before, behind in lines.around(weighed, 3, 10):
        found |= {f"mass-{reach}": before, f"mass+{reach}": behind}
    found |= _block_columns(lines, columns, weighed * likely, "body")
    found |= topic_columns(lines, shared, chance, "known_now")
    found |= _title_columns(lines, shared, columns, chance)
    fit = (found["known_now_more"] * 1000).astype(np.int64) * chance // 1000
    for reach, before, behind in lines.around(fit, 2, 5):
        found |= {f"fit-{reach}": before, f"fit+{reach}": behind}
    begin, end = _extent(lines, likely)
    found["from_begin"] = np.clip(lines.index - begin, -20, 40)
    found["to_end"] = np.clip(end - lines.index, -20, 40)
    return found


def _extent(lines: Lines, likely: Array) -> tuple[Array, Array]:
    """Give for each line the first and the last likely line of its page, or its whole page."""
    places = np.flatnonzero(likely)
    begin, end = lines.first.copy(), lines.last.copy()
    first, last = np.full(len(lines.pages), -1), np.full(len(lines.pages), -1)
    first[lines.page[places[::-1]]] = places[::-1]
    last[lines.page[places]] = places
    some = first[lines.page] >= 0
    begin[some], end[some] = first[lines.page][some], last[lines.page][some]
    return begin, end


def _title_columns(lines: Lines, shared: Shared, columns: Columns, chance: Array) -> Columns:
    """Guess which line is the title, by the words it shares with the body, and who has its words.

    It stands early, looks like no sentence, and had better stand there twice.
    """
    size = len(lines)
    weighed = chance * columns["words"]
    early = lines.before(weighed) + weighed < _EARLY * lines.per_page(weighed)
    least, most = _TITLE_WORDS
    able = (columns["words"] >= least) & (columns["words"] <= most) & early
    able &= ~columns["credit"] & ~columns["colon"] & ~columns["trails"]
    able &= ~columns["final"] | columns["asks"]
    held = shared.sums(chance) - chance[shared.line] > EVEN
    known = np.minimum(shared.per_line(size, held), _MAX_KNOWN)
    rank = known * able * (2 + (columns["copies"] > 1))
    at = _best(lines, rank, 3)
    title = lines.index == at
    lead = chance * ((chance > EVEN) & (lines.before(chance > EVEN) < _LEAD))
    opened = shared.per_line(size, shared.sums(lead) - lead[shared.line] > 0)
    named = np.zeros(shared.groups, bool)
    named[shared.group[title[shared.line]]] = True
    holds = shared.per_line(size, named[shared.group])
    return {
        "title": title,
        "titled": at >= 0,
        "from_title": np.where(at < 0, 0, np.clip(lines.index - at, -20, 20)),
        "title_words": np.minimum(holds, 5) * ~title,
        "title_rank": rank,
        "lead_words": opened,
        "lead_share": opened / np.maximum(np.bincount(shared.line, minlength=size), 1),
    }


def _best(lines: Lines, rank: Array, least: int) -> Array:
    """Give for each line the first of the lines of its page with the highest rank.

    It is -1 where none is above `least`.
    """
    span = 1 << 24
    order = rank * span + (span - 1) - (lines.index - lines.first)
    highest = np.full(len(lines.pages), -1, np.int64)
    np.maximum.at(highest, lines.page, order)
    top = highest[lines.page]
    place = lines.first + (span - 1) - top % span
    return np.where(top >= (least + 1) * span, place, -1)
