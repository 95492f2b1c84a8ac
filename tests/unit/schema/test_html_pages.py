import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from annotate.schema import (
    Schema,
    colors,
    parse_schema,
    render_guidelines_page,
    render_quick_sheet,
)
from annotate.schema.drawn import TINT
from annotate.schema.example import parse_example
from annotate.schema.guide import question_rows, relation_rows

Render = Callable[[Schema], str]
NASTY = "a <script>alert('x')</script> & \"q\" </style> שלום 👩‍👩‍👧"
VOID = {"meta", "br"}
PAGES = pytest.mark.parametrize("render", [render_guidelines_page, render_quick_sheet])


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.marks: list[tuple[str, str]] = []
        self._starts: list[tuple[int, str]] = []
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "mark":
            self._starts.append((len(self.text), dict(attrs).get("style") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "mark":
            start, style = self._starts.pop()
            self.marks.append((self.text[start:], style))

    def handle_data(self, data: str) -> None:
        if not {"style", "small"} & set(self.open):
            self.text += data


def nasty(tiny: str) -> Schema:
    schema = parse_schema(tiny, "tiny")
    words = {"definition": NASTY, "examples": (NASTY,), "sentence": f"[{NASTY}](Speaker)"}
    label = schema.labels[0].model_copy(update=words)
    layer = schema.layers[0].model_copy(update={"labels": (label, *schema.layers[0].labels[1:])})
    rule = schema.rules[0].model_copy(update={"text": NASTY, "example": NASTY})
    return schema.model_copy(update={"layers": (layer, *schema.layers[1:]), "rules": (rule,)})


@PAGES
def test_each_page_holds_every_label_question_relation_and_rule(
    render: Render, every: Schema
) -> None:
    text = Reader(render(every)).text
    for label in every.labels:
        assert label.name in text
        assert label.meaning in text
    for row in (*question_rows(every), *relation_rows(every)):
        assert row[0] in text
        assert row[-1] in text
    assert all(rule.text in text for rule in every.rules)


@PAGES
def test_each_sentence_is_drawn_in_the_colors_of_its_labels(render: Render, every: Schema) -> None:
    page = Reader(render(every))
    sources = [
        *(label.sentence for label in every.labels),
        *(rule.example for rule in every.rules),
    ]
    for example in map(parse_example, sources):
        assert example.text in page.text
        for mark in example.marks:
            words = example.text[mark.start : mark.end]
            color = every.color_of(mark.label)
            assert (words, f"--tone:{color};--tint:{color}33") in page.marks


def test_each_phrase_is_drawn_in_its_labels_color(every: Schema) -> None:
    page = Reader(render_guidelines_page(every))
    for label in every.labels:
        color = every.color_of(label.name)
        for phrase in label.examples:
            assert (phrase, f"--tone:{color};--tint:{color}33") in page.marks


@PAGES
def test_nothing_is_fetched_and_nothing_of_the_schema_is_more_than_text(
    render: Render, tiny: str
) -> None:
    page = Reader(render(nasty(tiny)))
    assert NASTY in page.text
    assert not {"script", "img", "link", "iframe", "a"} & {tag for tag, _ in page.tags}
    assert not any(name in {"src", "href"} for _, attrs in page.tags for name in attrs)
    assert "url(" not in render(nasty(tiny))


@PAGES
def test_the_style_sheets_reach_the_page_unescaped(render: Render, starter: Schema) -> None:
    sheets = re.findall(r"<style>(.*?)</style>", render(starter), re.DOTALL)
    assert len(sheets) >= 2
    assert not any(re.search("&(amp|lt|gt|quot|#)", sheet) for sheet in sheets)


@PAGES
def test_a_page_is_the_same_every_time(render: Render, starter: Schema) -> None:
    assert render(starter) == render(Schema.model_validate(starter.model_dump(by_alias=True)))


def test_text_in_nested_spans_is_readable_on_light_and_dark_pages(every: Schema) -> None:
    sheet = re.search(r"<style>(.*?)</style>", render_guidelines_page(every), re.DOTALL)
    assert sheet
    papers = re.findall(r"--paper: (#\w{6});\s*--ink: (#\w{6});", sheet[1])
    assert len(papers) == 2
    for paper, ink in papers:
        for color in {every.color_of(label.name) for label in every.labels}:
            under = paper
            for _ in range(colors.DEPTH):
                under = colors.tint(color, TINT, under)
            assert colors.contrast(ink, under) >= 4.5, (paper, color)


@pytest.mark.browser
def test_the_quick_sheet_fills_two_sides_of_a4_at_most(every: Schema, tmp_path: Path) -> None:
    html, pdf = tmp_path / "quick_sheet.html", tmp_path / "quick_sheet.pdf"
    html.write_text(render_quick_sheet(every), encoding="utf-8")
    chromium = shutil.which("chromium")
    assert chromium, "scripts/chromium installs it"
    subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
            *("--no-first-run", "--disable-background-networking", "--no-pdf-header-footer"),
            *(f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={pdf}", html.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    printed = pdf.read_bytes()
    sides = re.findall(rb"/Type\s*/Page\b", printed)
    assert 1 <= len(sides) <= 2
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert len(boxes) == len(sides)
    for width, height in boxes:  # in points, 72 to the inch
        assert float(width) == pytest.approx(210 / 25.4 * 72, abs=1)
        assert float(height) == pytest.approx(297 / 25.4 * 72, abs=1)
