"""Texts of others inside a table of Markdown."""

from __future__ import annotations


def cell(text: str) -> str:
    """Keep a text from breaking out of a table cell."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
