"""The report on agreement as a page: one file that needs no network and runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from itertools import pairwise

from annotate.labels.read import ChunkOf
from annotate.pages import Html, element, page, sequence
from annotate.quality import annotator_words, words
from annotate.quality.agreement import Agreement, Profile, Week, confusion
from annotate.quality.annotators import Annotator
from annotate.quality.differences import Chunk, Difference, Marked, Told, differing_chunks
from annotate.quality.figures import Figure
from annotate.quality.measure import Measured
from annotate.schema.model import Schema

SHOWN = 40  # chunks whose disagreements are shown in the text
QUOTED = 90  # code points of a span in the list of disagreements
_TINT = "33"  # opacity of a span's background, as two hex digits
_STRONG = 0.8  # opacity of the fullest cell of the heat map


def render_report(
    found: Agreement, chunk_of: ChunkOf, server: str = "", people: Sequence[Annotator] = ()
) -> str:
    """Write the page. `server` is Label Studio's address; without one no task is linked.

    `people` are the annotators each alone, also those who share no chunk with others.
    """
    title = "Agreement between annotators"
    return page(
        title,
        _style(),
        element("h1", title),
        *_head(found),
        element("h2", "Gates"),
        _table(
            ("stage", "figure", "at least", "found", ""),
            (_with_tone(words.gate_row(gate), gate.outcome) for gate in found.gates),
        ),
        element("h2", "How they disagree"),
        *_kinds(found),
        element("h2", "Over time"),
        *_time(found.weeks),
        _scopes("week", ((f"{each.monday}", each.measured) for each in found.weeks), found.schema),
        element("h2", "Which labels are taken for each other"),
        *_heat_maps(found),
        element("h2", "Annotators"),
        *_annotators(found),
        *_alone(people, found.schema, server),
        element("h2", "All figures"),
        *_figures(found),
        element("h2", "The disagreements in the text"),
        *_texts(found, chunk_of, server),
    )


def _style() -> Html:
    css = resources.files("annotate.quality").joinpath("report.css").read_text(encoding="utf-8")
    return element("style", "\n" + css)


def _head(found: Agreement) -> Iterator[Html]:
    overall = found.overall
    yield element(
        "p",
        f"{overall.chunks:,} chunks of {overall.articles:,} articles were labelled by several of "
        f"{len(found.profiles):,} annotators. In brackets: the 95 % interval, from "
        f"{found.draws:,} draws of articles.",
    )
    yield element(
        "div",
        _card("triples, F1", overall.figure("triples", "f1")),
        _card("triples, α with MASI", overall.figure("triples", "masi_alpha")),
        *(
            _card(f"{layer.name}, uα", overall.figure(layer.name, "u_alpha"))
            for layer in found.schema.layers
        ),
        class_="headline",
    )


def _card(name: str, figure: Figure) -> Html:
    between = words.interval(figure)
    return element(
        "div",
        name,
        element("b", words.value(figure)),
        element("span", f"({between})" if between else "no interval", class_="quiet"),
    )


def _with_tone(row: Sequence[str], outcome: str) -> Iterator[Html | str]:
    yield from row[:-1]
    yield element("b", row[-1], class_=outcome.replace(" ", "-"))


def _kinds(found: Agreement) -> Iterator[Html]:
    counts = found.overall.disagreements
    if not found.overall.largest:
        yield element("p", "There is no disagreement.")
        return
    yield element(
        "p",
        "Most frequent: ",
        element("b", found.overall.largest),
        f", {words.MEANINGS[found.overall.largest]}. The next talk about the guidelines may "
        "begin there.",
    )
    most = max(counts.values())
    cells = (
        part
        for kind, count in counts.items()
        for part in (
            element("span", kind, title=words.MEANINGS[kind]),
            element("div", element("div", class_="bar", style=f"width:{100 * count / most:.1f}%")),
            element("span", f"{count:,}", class_="number"),
        )
    )
    yield element("div", *cells, class_="bars")


def _time(weeks: Sequence[Week]) -> Iterator[Html]:
    yield element("p", "Triples, F1, by the week of the later answer, from 0 to 1.", class_="quiet")
    cells = (
        part
        for week in weeks
        for part in (
            element("span", f"{week.monday}"),
            _track(week.measured.figure("triples", "f1")),
            element(
                "span",
                f"{words.value(week.measured.figure('triples', 'f1'))} · "
                f"{week.measured.chunks:,} chunks",
                class_="number",
            ),
        )
    )
    yield element("div", *cells, class_="bars")


def _track(figure: Figure) -> Html:
    """Draw a value between 0 and 1, with its interval as a line."""
    if figure.value is None:
        return element("div", class_="track")
    line = None
    if figure.low is not None and figure.high is not None:
        width = 100 * (figure.high - figure.low)
        line = element("i", style=f"left:{100 * figure.low:.1f}%;width:{width:.1f}%")
    return element(
        "div", line, element("b", style=f"left:{100 * figure.value:.1f}%"), class_="track"
    )


def _heat_maps(found: Agreement) -> Iterator[Html]:
    yield element(
        "p",
        "Spans that two people both marked, by the labels they gave; last, those that one of the "
        "two left out.",
        class_="quiet",
    )
    for layer in found.schema.layers:
        names = [label.name for label in layer.labels]
        table = confusion(found.compared, layer.name)
        most = max(1.0, float(table.max()))
        color = layer.color
        head = element("tr", element("th"), *(element("th", _short(name)) for name in names))
        rows = (
            element(
                "tr",
                element("th", name, scope="row"),
                *(_cell(float(table[row, column]), most, color) for column in range(len(names))),
            )
            for row, name in enumerate([*names, "not marked"])
        )
        yield element("h3", layer.name)
        inner = element("table", element("thead", head), element("tbody", *rows))
        yield element("div", inner, class_="heat", tabindex="0")


def _short(name: str) -> Html:
    return sequence(name.split("_"), " ")


def _cell(count: float, most: float, color: str) -> Html:
    strength = round(255 * _STRONG * count / most)
    style = f"background:{color}{strength:02x}" if count else None
    return element("td", f"{count:,.0f}" if count else "·", style=style)


def _annotators(found: Agreement) -> Iterator[Html]:
    heads = ("annotator", "answers", "shared chunks", "spans an answer", "minutes an answer")
    more = ("F1 with others", "others left out", "left out of others")
    yield _table((*heads, *more), (_profile(each) for each in found.profiles))
    shares = (
        (name, *(_share(each.labels[name], each.spans) for each in found.profiles))
        for name in (label.name for label in found.schema.labels)
    )
    yield element("h3", "Share of each label")
    yield _table(("label", *(each.annotator for each in found.profiles)), shares)
    yield element("h3", "By two")
    couples = ((f"{one} · {two}", measured) for one, two, measured in found.couples)
    yield _scopes("annotators", couples, found.schema)


def _alone(people: Sequence[Annotator], schema: Schema, server: str) -> Iterator[Html]:
    if not people:
        return
    yield element("h3", "Each alone")
    yield element(
        "p",
        "Pace: the median over all answers; too fast is below a third of it with few spans, too "
        "slow above five times. Proposals: of the regions that rules propose, how many stand in "
        "the answer, where they were shown, and where they were not.",
        class_="quiet",
    )
    yield _table(annotator_words.HEAD, annotator_words.rows(people))
    flagged = [(each.name, one) for each in people for one in each.unusual]
    if flagged:
        yield _table(
            ("annotator", "pace", "times the own median", "spans", "task"),
            (
                (name, one.kind, f"{one.times:.2f}", f"{one.spans:,}", _link(*one[2:4], server))
                for name, one in flagged
            ),
        )
    yield element("h3", "Share of each label in its layer, by week")
    yield _table(annotator_words.week_head(schema), annotator_words.week_rows(people, schema))


def _scopes(head: str, scopes: Iterable[tuple[str, Measured]], schema: Schema) -> Html:
    """Set the leading figures of several scopes below each other."""
    layers = [layer.name for layer in schema.layers]
    rows = (
        (
            name,
            f"{measured.chunks:,}",
            words.with_interval(measured.figure("triples", "f1")),
            *(words.with_interval(measured.figure(layer, "f1_iou")) for layer in layers),
        )
        for name, measured in scopes
    )
    return _table(
        (head, "chunks", "triples F1", *(f"{layer}, F1 IoU ≥ .5" for layer in layers)), rows
    )


def _profile(each: Profile) -> tuple[str, ...]:
    minutes = "" if each.seconds is None else f"{each.seconds / 60:.1f}"
    return (
        each.annotator,
        f"{each.answers:,}",
        f"{each.shared:,}",
        f"{each.spans / each.answers:.1f}",
        minutes,
        "undefined (no units)" if each.f1 is None else f"{each.f1:.2f}",
        _percent(each.alone),
        _percent(each.missing),
    )


def _share(count: int, of: int) -> str:
    return _percent(count / of if of else None)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _figures(found: Agreement) -> Iterator[Html]:
    heads = ("of", "figure", "value", "95 % interval", "compared")
    yield _table(heads, words.figure_rows(found.overall, found.schema))
    yield element("h3", "By label")
    yield _table(words.LABEL_HEAD, words.label_rows(found.overall, found.schema))


def _table(heads: Iterable[str], rows: Iterable[Iterable[Html | str]]) -> Html:
    head = element("thead", element("tr", *(element("th", each, scope="col") for each in heads)))
    body = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    inner = element("table", head, element("tbody", *body))
    # Wider than a phone, it scrolls by itself; with a tab stop, by keyboard too.
    return element("div", inner, class_="figures", tabindex="0")


def _texts(found: Agreement, chunk_of: ChunkOf, server: str) -> Iterator[Html]:
    chunks, count = differing_chunks(found.compared, SHOWN)
    more = f" The {len(chunks)} with the most are shown." if count > len(chunks) else ""
    yield element(
        "p",
        f"Pairs of answers to a chunk that differ: {count:,}.{more} What the other lacks or has "
        "otherwise is outlined; lines on which both agree are left out.",
        class_="quiet",
    )
    for chunk in chunks:
        held = chunk_of(chunk.one.chunk_id)
        if held is not None:
            yield _chunk(chunk, held["text"], found.schema, server)


def _chunk(chunk: Chunk, text: str, schema: Schema, server: str) -> Html:
    shown = _shown_lines(chunk, text)
    sides = (
        element(
            "div",
            element("p", element("b", given.annotator), class_="quiet"),
            *(_line(text, start, end, marks, schema) for start, end in shown),
            class_="side",
        )
        for given, marks in zip((chunk.one, chunk.two), chunk.marks, strict=True)
    )
    names = (chunk.one.annotator, chunk.two.annotator)
    told = (element("li", *_told(each, text, names)) for each in chunk.differences)
    return element(
        "section",
        element(
            "p",
            element("bdi", chunk.place.article_id),
            f", part {chunk.place.part + 1} · ",
            _task(chunk, server),
        ),
        element("div", *sides, class_="sides"),
        element(
            "details",
            element("summary", f"differences: {len(chunk.differences)}"),
            element("ul", *told, class_="told"),
        ),
        class_="chunk",
    )


def _task(chunk: Chunk, server: str) -> Html | str:
    return _link(chunk.one.project_id, chunk.one.task_id, server)


def _link(project_id: int, task_id: int, server: str) -> Html | str:
    path = f"/projects/{project_id}/data?task={task_id}"
    name = f"task {task_id} of project {project_id}"
    if not server.startswith(("http://", "https://")):
        return name
    return element("a", name, href=f"{server}{path}", rel="noreferrer")


def _shown_lines(chunk: Chunk, text: str) -> list[tuple[int, int]]:
    """Give the lines of the text in which the answers differ."""
    ranges = [
        each
        for difference in chunk.differences
        for side in (difference.one, difference.two)
        if side
        for each in side.ranges
    ]
    lines, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        if any(first < end and start < last for first, last in ranges):
            lines.append((start, end))
        start = end + 1
    return lines


def _line(text: str, start: int, end: int, marks: Sequence[Marked], schema: Schema) -> Html:
    """Draw a line cut at every border, so that marks may cross; the innermost gives the colour."""
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    cuts = sorted({start, end, *(_within(cut, start, end) for mark in inside for cut in mark[:2])})
    parts: list[Html | str] = []
    for first, last in pairwise(cuts):
        over = [mark for mark in inside if mark.start <= first and mark.end >= last]
        piece: Html | str = text[first:last]
        for mark in sorted(over, key=lambda each: each.end - each.start)[:1]:
            kind = next((each.kind for each in over if each.kind), "")
            color = schema.color_of(mark.label)
            style = f"--tone:{color};--tint:{color}{_TINT}"
            piece = element("mark", piece, class_=f"span {kind}".rstrip(), style=style)
        parts.append(piece)
        closing = (mark for mark in inside if _within(mark.end, start, end) == last)
        parts += [element("span", mark.label, class_="tag", dir="ltr") for mark in closing]
    return element("p", *parts, dir="auto")


def _within(cut: int, start: int, end: int) -> int:
    return min(max(cut, start), end)


def _told(each: Difference, text: str, names: tuple[str, str]) -> Iterator[Html | str]:
    yield element("span", each.kind, class_="kind")
    for name, side in zip(names, (each.one, each.two), strict=True):
        if side is None:
            yield element("span", f" {name}: nothing; ")
        else:
            yield element(
                "span", f" {name}: ", element("b", side.words), " ", *_quotes(side, text), "; "
            )


def _quotes(told: Told, text: str) -> Iterator[Html | str]:
    for number, (start, end) in enumerate(told.ranges):
        words_ = text[start:end]
        short = words_ if len(words_) <= QUOTED else f"{words_[: QUOTED - 1]}…"
        yield " → " if number else ""
        yield element("bdi", f"“{short}”")
