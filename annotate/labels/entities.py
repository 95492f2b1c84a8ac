"""Which entity of the schema a mention names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from annotate.schema.controls import OTHER
from annotate.schema.model import Schema

JOINER = re.compile(r"\s*(?:,|and|et|und|y|&|,\s*and)\s*(?:the\s+)?", re.IGNORECASE)
BELONGING = re.compile(
    r"\b(?:of|to|for|by|from|against|with|about|on|in|near|under|de|du|des|d’|d'|à|von|der|des|"
    r"für|gegen|del|para|contra)(?:\s|(?<=’)|(?<='))|['’]s\s",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"^(?:the|le|la|les|der|die|das|el|los|las)\s+", re.IGNORECASE)
POSSESSIVE = re.compile(r"[’']s$")


@dataclass(frozen=True)
class Gazetteer:
    """The names of a schema's entities, made ready for looking up."""

    ids: dict[str, str]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, schema: Schema) -> Gazetteer:
        names = {name: entity.id for entity in schema.entities for name in entity.names}
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        alternatives = "|".join(re.escape(name) for name in longest_first) or "(?!)"
        pattern = re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE)
        return cls({name.casefold(): entity for name, entity in names.items()}, pattern)

    def entity_of(self, mention: str) -> str | None:
        """Give the id of the one entity that is named, `a+b` for a joint speaker, else None.

        A mention in which a name only describes somebody else is not guessed.
        """
        surface = POSSESSIVE.sub("", " ".join(mention.split()))
        for name in (surface, ARTICLE.sub("", surface)):
            if name.casefold() in self.ids:
                return self.ids[name.casefold()]
        found = list(self.pattern.finditer(surface))
        if not found or not _is_head(surface, found[0].start(), found[-1].end()):
            return None
        known = (self.ids.get(match[0].casefold()) for match in found)
        ids = sorted({entity for entity in known if entity})
        gaps = [surface[a.end() : b.start()] for a, b in pairwise(found)]
        if len(ids) > 1 and not all(JOINER.fullmatch(gap) for gap in gaps):
            return None
        return "+".join(ids) or None


def _is_head(surface: str, start: int, end: int) -> bool:
    """Whether the names are what the mention is about, not what somebody else is described by.

    "French President Macron" and "Macron, who …" are about Macron; "critics of Macron",
    "Macron's critics" and "Macron and his aides" are not.
    """
    ends = end == len(surface) or surface[end] == ","
    return ends and not BELONGING.search(surface[:start])


def entity_parts(value: str, schema: Schema) -> list[str]:
    """Split a joint speaker into ids and `other:…` texts; a `+` inside such a text stays."""
    ids = {entity.id for entity in schema.entities}
    parts: list[str] = []
    for piece in value.split("+"):
        if parts and piece not in ids and not piece.startswith(f"{OTHER}:"):
            parts[-1] += f"+{piece}"
        else:
            parts.append(piece)
    return parts
