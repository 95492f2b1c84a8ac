"""Which entity of the schema a mention names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from annotate.labels.cues import ARTIFACTS
from annotate.schema.controls import OTHER
from annotate.schema.model import Schema

JOINER = re.compile(r"\s*(?:,|and|et|und|y|e|и|&|,\s*and)\s*(?:the\s+)?", re.IGNORECASE)
BELONGING = re.compile(
    r"\b(?:of|to|for|by|from|against|with|about|on|in|near|under|de|du|des|d’|d'|à|von|der|des|"
    r"für|gegen|del|para|contra)(?:\s|(?<=’)|(?<='))|['’]s\s",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"^(?:the|le|la|les|der|die|das|el|los|las)\s+", re.IGNORECASE)
POSSESSIVE = re.compile(r"[’']s$")
DETERMINER = re.compile(r"(?:an?|the|une?|l[ea]s?|der|die|das|eine?|el|los|las)\s+", re.IGNORECASE)
PERSON = "person"
TITLE_AND_NAME = 2
_ARTIFACT = "|".join(re.escape(name) for name in ARTIFACTS)
MADE_BY = re.compile(
    rf"(?:\w+\s+){{0,2}}?(?:{_ARTIFACT})\s+(?:of|from|by|de|du|des|d[’']|der|von|del)\s*(?:the\s+)?",
    re.IGNORECASE,
)
ITS_MAKER = re.compile(rf"(?:[’']s)?\s+(?:\w+\s+)?(?:{_ARTIFACT})", re.IGNORECASE)


@dataclass(frozen=True)
class Gazetteer:
    """The names of a schema's entities, made ready for looking up."""

    ids: dict[str, str]
    pattern: re.Pattern[str]
    people: frozenset[str]

    @classmethod
    def of(cls, schema: Schema) -> Gazetteer:
        names = {name: entity.id for entity in schema.entities for name in entity.names}
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        alternatives = "|".join(re.escape(name) for name in longest_first) or "(?!)"
        pattern = re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE)
        people = frozenset(entity.id for entity in schema.entities if entity.type == PERSON)
        return cls({name.casefold(): entity for name, entity in names.items()}, pattern, people)

    def entity_of(self, mention: str) -> str | None:
        """Give the id of the one entity that is named, `a+b` for a joint speaker, else None.

        A mention in which a name only describes somebody else is not guessed.
        """
        surface = POSSESSIVE.sub("", " ".join(mention.split()))
        for name in (surface, ARTICLE.sub("", surface)):
            if name.casefold() in self.ids:
                return self.ids[name.casefold()]
        found = list(self.pattern.finditer(surface))
        single = self._titled(surface, found) or self._maker(surface, found)
        if single:
            return single
        if not found or not _is_head(surface, found[0].start(), found[-1].end()):
            return None
        known = (self.ids.get(match[0].casefold()) for match in found)
        ids = sorted({entity for entity in known if entity})
        gaps = [surface[a.end() : b.start()] for a, b in pairwise(found)]
        if len(ids) > 1 and not all(JOINER.fullmatch(gap) for gap in gaps):
            return None
        return "+".join(ids) or None

    def _titled(self, surface: str, found: list[re.Match[str]]) -> str | None:
        """Give the person whose title names others: “spokesman of the Citadel Anton Ruza”."""
        if len(found) < TITLE_AND_NAME or found[-1].end() != len(surface):
            return None
        *others, name = (self.ids.get(match[0].casefold()) for match in found)
        gap = surface[found[-2].end() : found[-1].start()]
        by_title = gap.isspace() and self.people.isdisjoint(other for other in others if other)
        return name if by_title and name in self.people else None

    def _maker(self, surface: str, found: list[re.Match[str]]) -> str | None:
        """Give the entity that a thing speaks for: “the statement of the Citadel”."""
        if len(found) != 1:
            return None
        before, after = surface[: found[0].start()], surface[found[0].end() :]
        made = (MADE_BY.fullmatch(before) and not after) or (
            ITS_MAKER.fullmatch(after) and (not before or DETERMINER.fullmatch(before))
        )
        return self.ids.get(found[0][0].casefold()) if made else None


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
