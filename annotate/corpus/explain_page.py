"""The explanation of an article as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from annotate.corpus.explain import KEPT, MEANINGS, Explanation, Row, Segment, command
from annotate.pages import Html, element, page, sequence

_SHOWN = 12  # lines of what was left out that are seen at once


def render_explanation(explanation: Explanation) -> str:
    """Write a page that needs no network; no text in it is anything but text."""
    title = f"Why {explanation.id} is what it is"
    return page(
        title,
        element("h1", explanation.id, dir="auto"),
        *_standing(explanation),
        *_known(explanation),
        *_decisions(explanation),
        *_legend(explanation),
        *_damage(explanation),
        *_text(explanation),
    )


def _standing(explanation: Explanation) -> Iterator[Html]:
    status = explanation.status.replace("_", " ")
    yield element("p", element("b", status), _because(explanation))
    if explanation.message:
        yield element("p", explanation.message, dir="auto")
    if explanation.duplicate_of:
        alike = f" (similarity {explanation.similarity or 1:.2f})"
        yield element("p", "repeats ", element("bdi", explanation.duplicate_of), alike)
    if explanation.status == "needs_review":
        yield element("p", "If it is right: ", _command(command("accept", explanation.id)))
    if explanation.path != explanation.id:
        yield element("p", "from ", element("bdi", explanation.path), class_="quiet")


def _because(explanation: Explanation) -> str | None:
    told = [
        f"{code}: {MEANINGS[code]}" if code in MEANINGS else code for code in explanation.reasons
    ]
    return f" ({'; '.join(told)})" if told else None


def _command(text: str) -> Html:
    return element("code", text, class_="command", dir="ltr")


def _known(explanation: Explanation) -> Iterator[Html]:
    if not explanation.known:
        return
    yield element("h2", "What is known about it")
    rows = (
        (each.name.replace("_", " "), element("bdi", each.value), each.origin)
        for each in explanation.known
    )
    yield _table(("", "value", "from"), rows)


def _decisions(explanation: Explanation) -> Iterator[Html]:
    if not explanation.decisions:
        return
    yield element("h2", "What a person decided")
    yield _table(
        ("decision", "range"),
        (
            (each.action, f"{each.start}-{each.end}" if each.end else "")
            for each in explanation.decisions
        ),
    )
    yield element("p", "To take all of it back: ", _command(command("undo", explanation.id)))


def _legend(explanation: Explanation) -> Iterator[Html]:
    if not explanation.counts:
        return
    yield element("h2", "What became of its text")
    rows = (
        (
            element("span", count.kind, class_=f"{_tone(count.kind)} kind"),
            MEANINGS.get(count.kind),
            _number(f"{count.places:,}"),
            _number(f"{count.characters:,}"),
        )
        for count in explanation.counts
    )
    yield _table(("", "", _number("places"), _number("characters")), rows)
    cleaned = ", ".join(f"{reason} {count:,}" for reason, count in explanation.cleaned)
    if cleaned:
        yield element("p", f"Places where only characters were cleaned: {cleaned}.", class_="quiet")


def _damage(explanation: Explanation) -> Iterator[Html]:
    """Count the flags by what they say."""
    codes = Counter(flag.code for flag in explanation.flags)
    if not codes:
        return
    yield element("h2", "What looks damaged in it, and was left so")
    rows = ((code, MEANINGS.get(code), _number(f"{count:,}")) for code, count in codes.items())
    yield _table(("", "", _number("places")), rows)


def _number(value: str) -> Html:
    return element("span", value, class_="number")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str | None]]) -> Html:
    head = element("tr", *(element("th", name) for name in heads))
    body = (element("tr", *(element("td", cell or "") for cell in row)) for row in rows)
    return element("table", head, *body)


def _tone(kind: str) -> str:
    return {KEPT: "kept", "dropped": "by-hand"}.get(kind, "left-out")


def _text(explanation: Explanation) -> Iterator[Html]:
    if not explanation.segments:
        return
    yield element("h2", "Its text, with the ranges that a person can keep or drop")
    yield element(
        "p", "To leave a line out: ", _command(command("drop", explanation.id, "START-END"))
    )
    numbers = {name: number for number, (name, *_) in enumerate(explanation.chunks, 1)}
    for segment in explanation.segments:
        if segment.rows:
            yield _block(segment, explanation.id, numbers)


def _block(segment: Segment, article_id: str, numbers: dict[str, int]) -> Html:
    kept = segment.kind == KEPT
    rows = [_row(row, numbers) for row in segment.rows]
    more = rows[_SHOWN:] if not kept and len(rows) > _SHOWN + 1 else []
    shown = rows[: len(rows) - len(more)]
    return element(
        "section",
        element("div", element("span", segment.kind, class_="kind")),
        element(
            "div",
            *shown,
            _folded(more) if more else None,
            None if kept else _command(command("keep", article_id, segment.span)),
        ),
        class_=f"block {_tone(segment.kind)}",
    )


def _folded(rows: list[Html]) -> Html:
    return element("details", element("summary", f"and {len(rows)} more lines"), *rows)


def _row(row: Row, numbers: dict[str, int]) -> Html:
    border = None
    if row.chunk:
        border = element("div", f"chunk {numbers[row.chunk]}: {row.chunk}", class_="border")
    words = element("span", _marked(row), class_="words", dir="auto")
    span = element("span", row.span, class_="range", dir="ltr")
    return sequence((border, element("div", words, span, class_="row")))


def _marked(row: Row) -> Html:
    """Set the flags of a row at their places; of two that overlap, both are named behind."""
    parts: list[str] = []
    position = 0
    for code, start, end in row.marks:
        first = max(start, position)
        parts.append(row.text[position:first])
        parts.append(element("mark", row.text[first:end], _label(code), title=code))
        position = max(position, end)
    return sequence((*parts, row.text[position:]))


def _label(code: str) -> Html:
    return element("small", code, dir="ltr")
