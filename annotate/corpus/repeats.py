"""Lines of a page that say again what another line of it says."""

from __future__ import annotations

from collections import defaultdict

from annotate.corpus.lines import RIMS, Page

MIN_WORDS = 4
_MAX_QUOTE_WORDS = 60
_MAX_HEAD_WORDS = 12
_WORK = 20_000_000  # characters that may be searched for pull quotes, so that time stays linear


def repeats(page: Page) -> set[int]:
    """Find second copies and pull quotes; of copies, the one before the longest text stays."""
    copies = _copies(page)
    return copies | _pull_quotes(page, copies)


def _copies(page: Page) -> set[int]:
    if len(page.repeated) == len(page):
        return set()
    places: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(page.keys):
        if page.repeated[key] > 1 and page.words[index] >= MIN_WORDS and key:
            places[key].append(index)
    weights = _weights(page) if places else []
    found: set[int] = set()
    for copies in places.values():
        best = max(copies, key=lambda index: (_heads(page, index), weights[index], -index))
        found.update(index for index in copies if index != best)
    return found


def _heads(page: Page, index: int) -> bool:
    """Whether a head of a list or blog stands right before a longer sentence."""
    after = index + 1
    if page.words[index] >= _MAX_HEAD_WORDS or after >= len(page):
        return False
    if page.kinds[index] == "sentence" and not page.numbered(index):
        return False
    return page.kinds[after] == "sentence" and page.words[after] >= _MAX_HEAD_WORDS


def _weights(page: Page) -> list[int]:
    """Give for each line the words of the sentences from it on, until two other lines end them."""
    weights = [0] * len(page)
    total = others = 0
    for index in range(len(page) - 1, -1, -1):
        kind = page.kinds[index]
        if kind == "sentence":
            total += page.words[index]
            others = 0
        else:
            others += kind in ("other", "credit")
        if others > 1:
            total = 0
        weights[index] = total
    return weights


def _pull_quotes(page: Page, copies: set[int]) -> set[int]:
    """Find lines whose words stand inside a longer sentence, as far as the work is bounded."""
    found: set[int] = set()
    text = page.flat
    left = max(_WORK, 20 * len(text))
    for index, count in enumerate(page.words):
        if not MIN_WORDS < count <= _MAX_QUOTE_WORDS or page.kinds[index] == "credit":
            continue
        left -= len(text)
        if left < 0:
            break
        words = page.strings[index].strip(RIMS)
        at = text.find(words)
        if at >= page.spans[index][0] and text.find(words, page.spans[index][1]) < 0:
            continue
        if index not in copies and _held(page, words, index):
            found.add(index)
    return found


def _held(page: Page, words: str, index: int) -> bool:
    """Whether a longer sentence elsewhere holds these words."""
    start, end = page.spans[index]
    at = page.flat.find(words)
    while at >= 0:
        holder = page.around(at)
        outside = not start <= at < end and at + len(words) <= page.spans[holder][1]
        if outside and page.kinds[holder] == "sentence" and page.words[holder] > page.words[index]:
            return True
        at = page.flat.find(words, at + len(words))
    return False
