"""HTML that cannot be made out of text by accident: what is not `Html` is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from importlib.resources import files

# What no reader sees, and what turns the direction of all that follows it.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_VOID = frozenset(("br", "hr", "meta", "wbr"))
# Nothing is fetched and nothing runs, whatever a text holds.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class Html(str):
    """Text that is HTML already. Only this module makes it."""

    __slots__ = ()


Child = str | None


def element(name: str, /, *children: Child, **attributes: str | None) -> Html:
    """Write an element; `class_` is the attribute `class`, `aria_label` is `aria-label`.

    Children that are not `Html` are escaped; null children and attributes are left out.
    """
    written = "".join(
        f' {_name(key.rstrip("_").replace("_", "-"))}="{_escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    opening = f"<{_name(name)}{written}>"
    return Html(opening if name in _VOID else f"{opening}{sequence(children)}</{name}>")


def sequence(children: Iterable[Child], between: str = "") -> Html:
    """Put children side by side; those that are not `Html` are escaped."""
    parts = (
        child if isinstance(child, Html) else _escaped(child)
        for child in children
        if child is not None
    )
    return Html(_escaped(between).join(parts))


def page(title: str, *children: Child) -> str:
    """Write a whole page, its style sheet in it."""
    style = files("annotate.pages").joinpath("page.css").read_text(encoding="utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        Html(f"<style>\n{style}</style>"),
    )
    body = element("body", element("main", *children))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of an element or attribute")
    return name


def _escaped(text: str) -> str:
    return html.escape(_UNSAFE.sub("\ufffd", text))
