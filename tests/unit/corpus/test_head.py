# ruff: noqa: E501  # a page is easier to read unbroken

from __future__ import annotations

import json

import pytest
from lxml import html

from annotate.corpus.head import read_head
from annotate.corpus.linked import linked_articles


def tree(head: str, body: str = "<p>Text</p>", root: str = "") -> html.HtmlElement:
    source = f"<!DOCTYPE html><html {root}><head>{head}</head><body>{body}</body></html>"
    return html.document_fromstring(source.encode(), parser=html.HTMLParser(encoding="utf-8"))


def field(name: str, head: str, body: str = "<p>Text</p>", root: str = "") -> str | None:
    page = tree(head, body, root)
    found = read_head(page, linked_articles(page))
    value: str | None = found.author if name == "author" else getattr(found.metadata, name)
    return value


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


def prop(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def linked(**values: object) -> str:
    return script(json.dumps({"@type": "NewsArticle", **values}))


def script(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    "head",
    [
        prop("og:title", "Quay &amp; ferry"),
        meta("twitter:title", "Quay &amp; ferry"),
        meta("parsely-title", "Quay &amp; ferry"),
        meta("sailthru.title", "Quay &amp; ferry"),
        meta("DC.title", "Quay &amp; ferry"),
        linked(headline="Quay & ferry"),
        "<title> Quay &amp;\n ferry </title>",
    ],
)
def test_the_title_is_read_wherever_it_stands(head: str) -> None:
    assert field("title", head) == "Quay & ferry"


@pytest.mark.parametrize("mark", ["–", "-", "|", "·", "•", ":", "»", "—"])
def test_the_outlet_is_taken_off_the_title(mark: str) -> None:
    head = prop("og:site_name", "Mell Mail")
    assert (
        field("title", f"{head}<title>Quay - a story {mark} MELL MAIL</title>") == "Quay - a story"
    )
    assert field("title", f"{head}<title>Mell Mail {mark} Quay</title>") == "Quay"
    assert field("title", f"{head}<title>Quay {mark} Sund Sun</title>") == f"Quay {mark} Sund Sun"


def test_the_section_between_title_and_outlet_goes_with_the_outlet_only() -> None:
    head = prop("og:site_name", "Mell Mail") + "<title>Quay | Sea | Mell Mail</title>"
    assert field("title", head) == "Quay | Sea"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (prop("og:title", "A") + linked(headline="B") + "<title>C</title>", "<h1>D</h1>", "A"),
        (prop("og:title", "A") + linked(headline="B"), "<h1>B</h1>", "B"),
        (linked(headline="B") + "<title>C</title>", "<h1>D</h1>", "B"),
        ("<title>C</title>", "<h1>D</h1>", "D"),
        ("<title>C</title>", "<h1>D</h1><h1>E</h1>", "C"),
        ("<title>C</title>", "<h1>D</h1><h1 itemprop=headline>E</h1>", "E"),
        (prop("og:site_name", "Mail") + "<title>C | Mail</title>", "<h1>Mail</h1>", "C"),
        ("", "<svg><title>Icon</title></svg>", None),
        (meta("og:title", "x" * 5_000), "", None),
    ],
)
def test_the_title_that_most_sources_agree_on_goes_first(
    head: str, body: str, title: str | None
) -> None:
    assert field("title", head, body) == title


@pytest.mark.parametrize(
    ("head", "outlet"),
    [
        (prop("og:site_name", "Mell Mail"), "Mell Mail"),
        (meta("application-name", "Mell Mail"), "Mell Mail"),
        (meta("dc.publisher", "Mell Mail"), "Mell Mail"),
        (linked(publisher="Mell Mail"), "Mell Mail"),
        (linked(publisher={"name": "Mell Mail"}), "Mell Mail"),
        (linked(publisher=[{"name": None}, {"name": ["Mell Mail"]}]), "Mell Mail"),
        (linked(publisher={"name": "B"}) + prop("og:site_name", "A"), "A"),
        (linked(publisher={"name": "B"}) + meta("application-name", "C"), "B"),
        (linked(publisher=7), None),
    ],
)
def test_the_outlet_is_read_wherever_it_stands(head: str, outlet: str | None) -> None:
    assert field("outlet", head) == outlet


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="https://m.example/a">', "https://m.example/a"),
        ('<link rel="CANONICAL nofollow" href="HTTP://m.example/a">', "HTTP://m.example/a"),
        (
            '<link rel="canonical" href="/a">' + prop("og:url", "https://m.example/b"),
            "https://m.example/b",
        ),
        ('<link rel="canonical" href="//m.example/a">', None),
        ('<link rel="canonical" href="javascript:go()">', None),
        (
            '<link rel="canonical" href="https://m.example/a">'
            + prop("og:url", "https://b.example"),
            "https://m.example/a",
        ),
        (linked(url="https://m.example/c"), "https://m.example/c"),
        (linked(mainEntityOfPage="https://m.example/d"), "https://m.example/d"),
        (linked(mainEntityOfPage={"@id": "https://m.example/e"}), "https://m.example/e"),
        (meta("parsely-link", "https://m.example/f"), "https://m.example/f"),
        (meta("twitter:url", "https://m.example/g"), "https://m.example/g"),
    ],
)
def test_the_address_is_read_if_it_is_whole(head: str, url: str | None) -> None:
    assert field("url", head) == url


@pytest.mark.parametrize(
    ("head", "body", "date"),
    [
        (prop("article:published_time", "2031-05-06T10:00:00Z"), "", "2031-05-06T10:00:00Z"),
        (
            prop("article:published_time", "2031-05-06T10:00:00.000+0200"),
            "",
            "2031-05-06T10:00:00+02:00",
        ),
        (meta("parsely-pub-date", "20310506"), "", "2031-05-06"),
        (meta("sailthru.date", "Mon, 6 May 2031"), "", "Mon, 6 May 2031"),
        (meta("DC.date.issued", "2031-05-06"), "", "2031-05-06"),
        ('<meta itemprop="datePublished" content="2031-05-06">', "", "2031-05-06"),
        (linked(datePublished="2031-05-06"), "", "2031-05-06"),
        (linked(datePublished="2031-05-06") + meta("date", "2032-01-01"), "", "2031-05-06"),
        (
            linked(datePublished="2031-05-06") + prop("article:published_time", "2030-01-01"),
            "",
            "2030-01-01",
        ),
        ("", "<time datetime=2031-05-06>May</time>", "2031-05-06"),
        ("", "<time datetime=2031-05-06>May</time><time datetime=2031-05-07>May</time>", None),
        (
            "",
            "<time datetime=2031-05-06>a</time><time pubdate datetime=2031-05-07>b</time>",
            "2031-05-07",
        ),
        (
            "",
            "<article><time datetime=2031-05-06>a</time></article><time datetime=2031-05-07>b</time>",
            "2031-05-06",
        ),
        ("", "<time>May</time>", None),
    ],
)
def test_the_date_is_read_wherever_it_stands(head: str, body: str, date: str | None) -> None:
    assert field("published_at", head, body) == date


@pytest.mark.parametrize(
    ("root", "head", "language"),
    [
        ("lang=en-GB", meta("content-language", "de"), "en"),
        ('xml:lang="EN"', "", "en"),
        ("", prop("og:locale", "de_AT"), "de"),
        ("", '<meta http-equiv="Content-Language" content="fr, en">', "fr"),
        ("", linked(inLanguage="fi"), "fi"),
        ("", linked(inLanguage={"name": "sv"}), "sv"),
        ("lang=english", meta("dc.language", "nb"), "nb"),
        ("lang=''", "", None),
    ],
)
def test_the_language_is_read_wherever_it_stands(
    root: str, head: str, language: str | None
) -> None:
    assert field("language", head, root=root) == language


@pytest.mark.parametrize(
    ("head", "author"),
    [
        (linked(author={"name": "Ida Orr"}), "Ida Orr"),
        (linked(author=[{"name": "Ida Orr"}, "Bo Ek", {"name": "Ida Orr"}]), "Ida Orr, Bo Ek"),
        (meta("author", "Ida Orr"), "Ida Orr"),
        (prop("article:author", "https://m.example/ida") + meta("byl", "By Ida Orr"), "By Ida Orr"),
        (meta("parsely-author", "Ida Orr"), "Ida Orr"),
        (linked(author="A") + meta("author", "B"), "A"),
        ("", None),
    ],
)
def test_the_authors_are_read_wherever_they_stand(head: str, author: str | None) -> None:
    assert field("author", head) == author


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "NewsArticle", "headline": "Quay"}',
        '[{"@type": "WebSite"}, {"@type": ["Thing", "NewsArticle"], "headline": "Quay"}]',
        '{"@graph": [{"@type": "WebPage", "mainEntity": {"@type": "BlogPosting", "headline": "Quay"}}]}',
        '{"@type": "https://schema.org/ReportageNewsArticle", "headline": "Quay"}',
        '{"@type": "NewsArticle", "headline": "Quay", "tags": ["a", ], }',
        '<!-- {"@type": "NewsArticle", "headline": "Quay"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Quay"};\n//]]>',
        '{"@type": "NewsArticle", "description": "a\n\tb", "headline": "Quay"}',
        '{"@type": "LiveBlogPosting", "headline": "Quay"}',
    ],
)
def test_linked_data_is_read_in_all_forms_in_which_it_is_written(text: str) -> None:
    assert field("title", script(text)) == "Quay"


@pytest.mark.parametrize(
    "text",
    ["", "null", "[[[", "{", '"NewsArticle"', '{"@type": 7}', "[" * 100_000, '{"@graph": 3}'],
)
def test_broken_linked_data_is_passed_over(text: str) -> None:
    good = script('{"@type": "Article", "headline": "Quay"}')
    assert field("title", script(text) + good) == "Quay"


def test_a_list_or_number_in_place_of_a_text_is_passed_over() -> None:
    head = linked(
        headline=["a"], publisher=[[]], datePublished=3, author=[{}, 4], url={}, inLanguage=[]
    )
    assert field("title", head) is None
    assert field("author", head) is None
