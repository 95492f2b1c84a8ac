"""The report shows texts of strangers: nothing in it is anything but text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from annotate.quality.agreement import compare
from annotate.quality.answers import collect
from annotate.quality.differences import differing_chunks
from annotate.quality.report_page import render_report
from annotate.workspace import AgreementSettings
from tests.unit.quality.answered import SCHEMA, answer, mark

NASTY = {
    "script": "<script>alert(1)</script> said </mark></p><img src=x onerror=alert(1)> so",
    "quotes": "\"one\" 'two' “three” &amp; &lt;b&gt; `four`",
    "right to left": "قال الرئيس إن \u202eالهدنة\u202c لازمة said he",
    "astral": "🕊️ 𝐯illage \u2028 n\u0302o\r\nand on",
}


class Seen(HTMLParser):
    """What a browser would see: elements, their attributes, and the text outside of styles."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], "", ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.open = tag

    def handle_data(self, data):
        if self.open != "style":
            self.text += data


def seen(page):
    found = Seen()
    found.feed(page)
    return found


def report(text, server="", who=("ann", "bob"), article="a.txt"):
    def chunk_of(_name):
        return {"article_id": article, "index": 0, "text": text}

    end = len(text)
    one = answer(who[0], "c", [mark(0, end, "Support"), mark(2, end - 3, "ceasefire")])
    two = answer(who[1], "c", [mark(4, end, "Oppose"), mark(0, 5, "Speaker", entity="other:<b>x")])
    found = compare(collect([one, two], SCHEMA, chunk_of), AgreementSettings(draws=100))
    return render_report(found, chunk_of, server)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_text_is_only_ever_text(text):
    found, plain = seen(report(text)), seen(report("a plain text of some words"))
    assert set(found.tags) <= set(plain.tags)
    assert not {"script", "img", "iframe", "a"} & set(found.tags)
    names = {name for name, _ in found.attributes}
    assert not any(name.startswith("on") for name in names)
    assert names <= {name for name, _ in plain.attributes}


def test_names_of_files_and_people_are_only_ever_text():
    found = seen(report("some words here", who=("<b>", '"x'), article="<i>.txt"))
    assert "<i>.txt" in found.text
    assert {"i"} & set(found.tags) == set()


def test_what_turns_the_direction_of_a_line_is_taken_out():
    page = report(NASTY["right to left"])
    assert "\u202e" not in page
    assert 'dir="auto"' in page


def test_the_text_of_both_sides_is_whole():
    text = "He said that a truce could not wait."
    found = seen(report(text))
    for label in ("Support", "Oppose", "Speaker", "ceasefire"):
        found.text = found.text.replace(label, "")
    assert found.text.partition("differences")[0].count(text) == 2


def test_the_page_needs_no_network_and_runs_nothing():
    page = report("some words here", server="http://127.0.0.1:8080")
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert re.findall(r'(?:src|href)="([^"]*)"', page) == [
        "http://127.0.0.1:8080/projects/3/data?task=7"
    ]
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("server", ["", "javascript:alert(1)//", "//x"])
def test_without_a_server_on_the_web_a_task_is_named_and_not_linked(server):
    found = seen(report("some words here", server=server))
    assert "task 7 of project 3" in found.text
    assert "a" not in found.tags


def test_what_is_undefined_is_told_as_such():
    assert "undefined (no units)" in report("some words here")


def test_every_kind_of_disagreement_is_told_with_both_sides():
    sides = (
        mark(0, 5, "Speaker", "s1", entity="a"),
        mark(10, 15, "Speaker", "s2"),
        mark(20, 60, "Support", "p", quote="direct"),
        mark(70, 80, "ceasefire", "t"),
    )
    other = (*sides[:2], mark(20, 58, "Oppose", "p", quote="mixed"))
    answers = [
        answer("ann", "c/0", sides, [("says", "s1", "p")]),
        answer("bob", "c/0", other, [("says", "s2", "p")]),
    ]

    def chunk_of(_name):
        return {"article_id": "c", "index": 0, "text": "x" * 99}

    found = compare(collect(answers, SCHEMA, chunk_of), AgreementSettings(draws=100))
    (chunk,), count = differing_chunks(found.compared, 5)
    assert count == 1
    kinds = sorted(each.kind for each in chunk.differences)
    assert kinds == ["answer", "boundary", "label", "missed", "relation", "relation"]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        kind: number for kind, number in found.overall.disagreements.items() if number
    }
    told = {each.kind: each for each in chunk.differences}
    assert (told["label"].one.words, told["label"].two.words) == ("Support", "Oppose")
    assert told["answer"].one.words == "quote: direct"
    assert (told["missed"].one.words, told["missed"].two) == ("ceasefire", None)
    assert {mark.label: mark.kind for mark in chunk.marks[0]} == {
        "Speaker": "",
        "Support": "label",
        "ceasefire": "missed",
    }
