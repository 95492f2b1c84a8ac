from __future__ import annotations

import html
import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.corpus.edits import EditedText
from annotate.corpus.html import MAX_TAGS, TOO_COMPLEX, read_page
from annotate.corpus.markup import markup
from tests.unit.corpus.texts import nasty_texts

LEAD = "The harbour office of Mell said on Monday that the ferry &amp; the tug would sail"
PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><title>Ferry sails | Mell Mail</title>
<meta property="og:title" content="Ferry sails &amp; tug follows">
<meta property="og:site_name" content="Mell Mail">
<meta property="article:published_time" content="2031-05-06T10:00:00Z">
<link rel="canonical" href="https://mell.example/ferry">
<script>var a = "<p>not text</p>";</script></head>
<body><nav><a href="/">Home</a> <a href="/sea">Sea</a></nav>
<article><h1>Ferry sails &amp; tug follows</h1>
<p>{LEAD}.\r\nThe winter had kept both in port for eleven weeks.</p>
<p>&ldquo;We are gl<b>ad</b>,&rdquo; said&nbsp;Anna Pell, who runs   the caf&eacute;. Nobody
had expected the ice to leave before the end of the month<!-- really -->.</p>
<h2>What comes next</h2>
<p>A second ferry will be bought in autumn if the council agrees to pay for it &mdash; and the
council has never yet said no to a ship, the mayor told reporters on the quay.</p>
</article><footer>All rights reserved. Mell Mail.</footer></body></html>"""


def plain(source: str) -> str:
    """Strip tags and decode entities with other code than the one that is tested."""
    text = re.sub(r"<!--.*?-->|<[^>]*>", "", source, flags=re.DOTALL)
    return "".join(unicodedata.normalize("NFC", html.unescape(text)).split())


def test_every_word_of_the_body_is_where_the_source_has_it() -> None:
    edited = read_page(PAGE).edited
    for word in re.finditer(r"\S+", edited.clean):
        start, end = edited.to_raw(*word.span())
        assert plain(edited.raw[start:end]) == word.group()


def test_every_range_of_the_body_is_where_the_source_has_it() -> None:
    edited = read_page(PAGE).edited
    step = 7
    for start in range(0, len(edited.clean) - 40, step):
        raw_start, raw_end = edited.to_raw(start, start + 40)
        assert plain(edited.raw[raw_start:raw_end]) == "".join(
            edited.clean[start : start + 40].split()
        )


def test_the_body_holds_the_paragraphs_and_the_subhead_only() -> None:
    text = read_page(PAGE).edited.clean
    assert LEAD.replace("&amp;", "&") in text
    assert "“We are glad,” said Anna Pell, who runs the café. Nobody had" in text
    assert "\n\nWhat comes next\n\nA second ferry" in text
    assert "Home" not in text
    assert "not text" not in text
    assert "rights reserved" not in text


def test_what_the_page_says_about_itself_is_kept() -> None:
    metadata = read_page(PAGE).metadata
    assert metadata.title == "Ferry sails & tug follows"
    assert metadata.outlet == "Mell Mail"
    assert metadata.url == "https://mell.example/ferry"
    assert metadata.published_at == "2031-05-06T10:00:00Z"
    assert metadata.language == "en"
    assert metadata.event is None


def test_a_page_without_a_body_keeps_its_visible_text() -> None:
    page = read_page("<p>Hello</p>")
    assert page.edited.clean == "Hello"


@pytest.mark.parametrize(
    ("source", "visible"),
    [
        ("a<b>b</b>c", "abc"),
        ("<p>a</p><p>b</p>", "\n\na\n\nb\n\n"),
        ("a<br/>b", "a\nb"),
        ("a\n  b", "a b"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("<img alt='a > b'>c", "c"),
        ("<script>if (a < b) '</p>'</script>c", "c"),
        ("<script>never closed", "never closed"),
        ("<!-- a <b> -->c", "c"),
        ("<p title='never closed>a<b>c</b>", "\n\nac"),
        ("&#x41;&#66;&eacute;&nosuch;", "ABé&nosuch;"),
        ("<title>a</titlebar>b</title>c", "c"),
        ("<script><!-- </script>c", "c"),
        ("<SCRIPT>a</Script >b", "b"),
        ("<svg><title>a</title></svg>b", "b"),
        ("<svg/>a<svg>b</svg>", "a"),
        ("<svg>a<svg>b", "ab"),
        ("<a title='<b>' x=\"</a>\">c</a>", "c"),
        ('<a title = "a > b">c', "c"),
        ('<a "b>c', "c"),
        ('<a =">" b', '" b'),
        ("<!-->a<!--->b<!-- c --!>d", "abd"),
        ("a <? b ?> c </> d <!x> e", "a  c  d  e"),
        ("a <! b", "a  b"),
        ("<pre>a\nb</pre>c\nd", "\n\na\nb\n\nc d"),
        ("a<b>\n</b><i> </i>b", "a  b"),
        ("a<br>\n<br>b", "a\n\nb"),
    ],
)
def test_markup_goes_and_text_stays(source: str, visible: str) -> None:
    assert EditedText(source).through(markup).clean == visible


SENTENCE = "The harbour council voted on Monday to repair the north quay before winter. "
POISON = (
    *("<", "<a '", "<div>", "&amp", "<script>", "<!--", '<a b="', "</", "<!", "<?", "</ ", "<a ="),
    *("<svg>", "<svg><title><style>", "</titlebar><title>", "&#", "&#65;", "<p>a", "<li>x", "<td>"),
    *(
        "<p\0>a\0<\0b>",
        "<p>\ud800\udc00 \udfff",
        "<article>",
        "<x-a>",
        "<a =\"'",
        "<time>x</time>y",
    ),
)


@pytest.mark.parametrize("poison", POISON)
def test_poisoned_markup_is_read_in_linear_time(poison: str) -> None:
    few, many = (_seconds(poison * (size // len(poison))) for size in (50_000, 400_000))
    assert many < 2 + 24 * few  # eight times the size; a quadratic reader takes 64 times as long


def _seconds(source: str) -> float:
    start = time.process_time()
    assert len(read_page(source).edited.clean) <= 2 * len(source)
    return time.process_time() - start


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 20_000 + SENTENCE * 9 + "</div>" * 20_000,
        "<p>" + "<b>" * 20_000 + SENTENCE * 9,
        "<p title='" + "x" * 10_000_000 + "'>" + SENTENCE * 9,
        "<p title='" + "<b>" * 1_000_000 + "'>" + SENTENCE * 9,
        '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;">]><p>' + "&c;" * 1_000 + SENTENCE * 9,
        "<script type='application/ld+json'>" + "[" * 500_000 + "</script><p>" + SENTENCE * 9,
        "<p>&#1;&#x8;&#xD800;" + SENTENCE * 9,
    ],
    ids=[
        "nested blocks",
        "nested bold",
        "long value",
        "tags in a value",
        "laughs",
        "json",
        "control",
    ],
)
def test_the_text_of_a_monstrous_page_is_kept(source: str) -> None:
    assert (SENTENCE * 9).strip() in read_page(source).edited.clean


def test_a_page_with_more_tags_than_any_article_is_left_to_the_rules_for_plain_text() -> None:
    page = read_page("<p>" + (SENTENCE + "<br>") * (MAX_TAGS + 1))
    assert (page.found, page.doubt) == (False, TOO_COMPLEX)
    assert page.edited.clean.startswith(SENTENCE.strip())


@settings(deadline=None)  # the first example waits for the libraries
@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<b>", "&amp;", "&#0;", "<"]) | nasty_texts).map(
        "".join
    )
)
def test_any_source_gives_edits_that_lead_from_it_to_the_text(source: str) -> None:
    edited = read_page(source).edited
    assert EditedText(source, edited.edits).clean == edited.clean
