"""How a release is cited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# What TeX would read as something else.
_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_TEX |= {sign: f"\\{sign}" for sign in "&%$#_{}"}


def bibtex(manifest: Mapping[str, Any], digest: str) -> str:
    """Write the entry for one version; `digest` is that of its manifest, and names its bytes."""
    publish = manifest["publish"]
    fields = {
        "author": _names(publish.get("authors") or ()),
        "title": f"{{{_tex(publish['pretty_name'] or manifest['name'])}}}",
        "year": manifest["date"][:4],
        "version": manifest["version"],
        "url": publish.get("homepage") or "",
        "note": f"Data set; MANIFEST.json {digest}",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{manifest['name']}-{manifest['version']},", *lines, "}"])


def _names(authors: list[str] | tuple[str, ...]) -> str:
    """Join names; braces keep one with a comma or an `and` in it whole."""
    whole = [re.search(r",|\band\b", name) is not None for name in authors]
    names = map(_tex, authors)
    told = [f"{{{name}}}" if alone else name for name, alone in zip(names, whole, strict=True)]
    return " and ".join(told)


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in " ".join(text.split()))
