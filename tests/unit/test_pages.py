from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.pages import Html, element, page, sequence

NASTY = "<script>alert('x')</script> &amp; \"q\" 'a' </main></style> שלום"


class Reader(HTMLParser):
    """What a browser would make of a page: elements, attributes, text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text() | st.just(NASTY))
def test_a_text_is_never_more_than_text(text: str) -> None:
    read = Reader(element("p", text, title=text))
    assert read.elements == ["p"]
    assert [name for name, _ in read.attributes] == ["title"]
    shown = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", "�", text)
    assert read.text == shown
    assert read.attributes[0][1] == shown


@given(st.text())
def test_a_page_has_the_elements_that_were_asked_for(text: str) -> None:
    head = ["html", "head", "meta", "meta", "meta", "meta", "title", "style", "body", "main"]
    assert Reader(page(text, text, element("p", text))).elements == [*head, "p"]


def test_what_is_html_already_is_not_escaped_again() -> None:
    inner = element("b", "<")
    assert element("p", "a", inner) == "<p>a<b>&lt;</b></p>"
    assert sequence([inner, None, "&"], ", ") == "<b>&lt;</b>, &amp;"
    assert isinstance(sequence([]), Html)


def test_text_put_together_with_html_is_text_again() -> None:
    assert element("p", element("b", "x") + "<i>") == "<p>&lt;b&gt;x&lt;/b&gt;&lt;i&gt;</p>"


def test_attributes_are_written_as_html_names_them() -> None:
    assert element("br") == "<br>"
    assert element("p", class_="a b", aria_label="<", title=None) == (
        '<p class="a b" aria-label="&lt;"></p>'
    )


@pytest.mark.parametrize("name", ["p onclick=x", "P", "", "1", "a>b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        element(name)
    with pytest.raises(ValueError, match="no name"):
        element("p", **{name: "x"})


def test_a_page_fetches_nothing_and_runs_nothing() -> None:
    source = page("A title", element("p", "text"))
    policy = next(value for name, value in Reader(source).attributes if "none" in (value or ""))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert not re.search(r"(?i)url\(|@import|src=|href=|https?:", source.replace(policy, ""))


def test_a_page_follows_light_and_dark_and_narrow_screens() -> None:
    source = page("A title")
    assert "prefers-color-scheme: dark" in source
    assert "width=device-width" in source
    assert "max-width: 40rem" in source
    assert source.startswith("<!doctype html>\n<html lang=")
