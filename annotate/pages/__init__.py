"""The one writer of HTML pages: whole in one file, without scripts, every text escaped."""

from annotate.pages.html import Html, element, page, sequence

__all__ = ["Html", "element", "page", "sequence"]
