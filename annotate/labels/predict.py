"""Proposes who speaks and who passes it on, before anybody has labelled.

Only a name or title of the schema's entities that stands beside a cue is proposed: a wrong
Speaker costs an annotator more than a missing one. Stances are never proposed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from annotate.corpus.quotes import find_quotes
from annotate.corpus.sentences import sentences
from annotate.labels.annotation import Span
from annotate.labels.attribute_rules import JOINT
from annotate.labels.cues import ENGLISH, Patterns, patterns_of
from annotate.labels.entities import PERSON, Gazetteer
from annotate.labels.lexicon import lexicon_of
from annotate.labels.regions import write_results
from annotate.schema.model import Schema

Json = dict[str, Any]
RULE_SET = "rules-1"  # a new number whenever the same text and schema may give other regions
WITHHELD = 0.2
MEDIA, COUNTRY = "media", "country"
_RANGE = 1 << 64
_ID_DIGITS = 10
_REACH = 60  # code points before a mention that are searched for a cue

# How sure a cue is, by what was right on the sample; only their order means something.
SURE = {"turn": 0.9, "subject": 0.9, "inverted": 0.9, "citing": 0.9, "according": 0.8}


@dataclass(frozen=True, slots=True)
class Region:
    """A proposed range `[start, end)` of code points; `cue` names what stands beside it."""

    start: int
    end: int
    label: str
    cue: str

    @property
    def score(self) -> float:
        return SURE[self.cue]


class Chunk(Protocol):
    """What a prediction needs of a chunk."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...


def is_predicted(chunk_id: str, share: float = WITHHELD, seed: int | str = 0) -> bool:
    """Draw whether a chunk gets predictions, whatever other chunks there are.

    `share` is that of the chunks which get none: against them the predictions' bias is measured.
    """
    drawn = hashlib.sha256(f"{seed} predicted {chunk_id}".encode("utf-8", "replace"))
    return int.from_bytes(drawn.digest()[:8], "big") >= share * _RANGE


def model_version(schema: Schema) -> str:
    """Name what predicts: the rule set, and the schema whose entities it looks for."""
    return f"{RULE_SET}/{schema.name}-{schema.version}"


def predict(text: str, schema: Schema, language: str | None) -> list[Region]:
    """Propose regions in the order of the text, none of which overlap."""
    return Predictor(schema).predict(text, language)


def predictions_of(chunk: Chunk, schema: Schema, language: str | None) -> Json:
    """Give a chunk's prediction as Label Studio takes it; an empty `result` proposes nothing."""
    return Predictor(schema).predictions_of(chunk, language)


def region_id(chunk_id: str, region: Region) -> str:
    key = f"{chunk_id} {region.start} {region.end}".encode("utf-8", "replace")
    return f"p{hashlib.sha256(key).hexdigest()[:_ID_DIGITS]}"


Role = Literal["speaker", "relay"]


class Predictor:
    """A schema made ready to predict by: what its relations say of speech, and its names.

    Proposed are the one label that `speaker_of_sentence` starts from, and the one that
    `all_in_sentence` starts from; nothing where there is no such label.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema, self.gazetteer = schema, Gazetteer.of(schema)
        self.model_version = model_version(schema)
        self._kinds = {entity.id: entity.type for entity in schema.entities}
        names = (name for entity in schema.entities for name in entity.names)
        self._words = frozenset(word for name in names for word in name.split())
        self._labels: dict[Role, str | None] = {
            "speaker": _label(schema, "speaker_of_sentence"),
            "relay": _label(schema, "all_in_sentence"),
        }

    def predictions_of(self, chunk: Chunk, language: str | None) -> Json:
        """Ids of regions follow from chunk and offsets, so that they are the same every time."""
        regions = self.predict(chunk.text, language)
        layers = lexicon_of(self.schema).layers
        spans = [
            Span(region_id(chunk.id, one), one.start, one.end, layers[one.label], one.label)
            for one in regions
        ]
        return {
            "model_version": self.model_version,
            "score": min((region.score for region in regions), default=0.0),
            "result": write_results(spans, (), chunk.text, self.schema),
        }

    def predict(self, text: str, language: str | None) -> list[Region]:
        """Propose regions in the order of the text; a language without cues gets none."""
        cues = patterns_of((language or ENGLISH)[:2])
        if cues is None or not self.gazetteer.pattern.search(text):
            return []
        quoted = find_quotes(text).pairs
        mentions = [one for one in self._mentions(text, cues) if not _lies_in(one.start, quoted)]
        found: list[Region] = []
        for start, end in sentences(text):
            stretch = Stretch(text, start, end, cues, quoted)
            inside = [one for one in mentions if start <= one.start and one.end <= end]
            for voice, role in _roles(_voices(inside, stretch), inside, stretch):
                label, mention = self._labels[role], voice.mention
                if label is not None:
                    found.append(Region(mention.start, mention.end, label, voice.cue))
        return found

    def _mentions(self, text: str, cues: Patterns) -> list[Mention]:
        """Find the names with the titles before them; joined ones are one mention."""
        found: list[Mention] = []
        for match in self.gazetteer.pattern.finditer(text):
            entity = self.gazetteer.ids.get(match[0].casefold())
            if entity is None:
                continue
            start = self._with_titles(text, match.start(), cues)
            mention = Mention(start, match.end(), match.end(), entity, self._kinds[entity])
            joined = _joined(found[-1], mention, text, cues) if found else None
            if joined is not None:
                found.pop()
            found.append(joined or mention)
        return found

    def _with_titles(self, text: str, start: int, cues: Patterns) -> int:
        """Move the start before titles, and before an adjective of the schema's own titles."""
        line = text.rfind("\n", 0, start) + 1
        titles = cues.titles.search(text, line, start)
        if titles is None and not cues.title.match(text, start):
            return start
        start = titles.start() if titles else start
        word = LAST_WORD.search(text, line, start)
        own = word is not None and word[1][0].isupper() and word[1] in self._words
        return word.start() if word and own else start


LAST_WORD = re.compile(r"(?<![\w-])([\w-]+)\s+\Z")


def _label(schema: Schema, rule: str) -> str | None:
    kinds = [kind for kind in schema.relations if kind.derive == rule]
    found = {label for kind in kinds for label in lexicon_of(schema).resolve(kind.from_)}
    return found.pop() if len(found) == 1 else None


class Mention(NamedTuple):
    """A name with its titles. `tail` is where the sentence goes on, behind “, the minister”."""

    start: int
    end: int
    tail: int
    entity: str
    kind: str


def _joined(one: Mention, two: Mention, text: str, cues: Patterns) -> Mention | None:
    """Join “A and B”, a title with the name behind it, and a name with the title behind it."""
    gap = text[one.end : two.start]
    if one.entity == two.entity and gap in {", ", " "}:
        tail = two.end + text.startswith(", ", two.end)
        by_title = gap == " " or text[: one.end].rpartition(" ")[2][:1].islower()
        return one._replace(end=two.end if by_title else one.end, tail=tail)
    if cues.joiner.fullmatch(gap):
        kind = MEDIA if one.kind == two.kind == MEDIA else JOINT
        return Mention(one.start, two.end, two.end, f"{one.entity}+{two.entity}", kind)
    return None


class Stretch(NamedTuple):
    """A sentence in its text, and the quotations of that text."""

    text: str
    start: int
    end: int
    cues: Patterns
    quoted: Sequence[tuple[int, int]]

    def outside(self, pattern: re.Pattern[str], start: int | None = None) -> list[re.Match[str]]:
        """Find a pattern in the sentence's own words, not in those it quotes."""
        found = pattern.finditer(self.text, self.start if start is None else start, self.end)
        return [match for match in found if not _lies_in(match.start(), self.quoted)]


def _lies_in(position: int, pairs: Iterable[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in pairs)


class Voice(NamedTuple):
    """A mention beside its cue. `verb` is the verb of saying if there is one, and ends there."""

    mention: Mention
    cue: str
    verb: str = ""
    verb_end: int = 0


def _voices(mentions: Iterable[Mention], stretch: Stretch) -> list[Voice]:
    found: list[Voice] = []
    for mention in mentions:
        voice = _voice(mention, stretch)
        taken = found and voice and voice.verb and voice.verb_end == found[-1].verb_end
        if voice is not None and not taken:
            found.append(voice)
    return found


def _voice(mention: Mention, stretch: Stretch) -> Voice | None:
    text, cues = stretch.text, stretch.cues
    before = text[max(stretch.start, mention.start - _REACH) : mention.start]
    cue = _source_cue(mention, before, stretch)
    if cue is not None:
        return Voice(mention, cue)
    if cues.belonging.search(before) or cues.owns.match(text, mention.end):
        return None
    return _verb_voice(mention, before, stretch) or _inverted_voice(mention, before, cues)


def _verb_voice(mention: Mention, before: str, stretch: Stretch) -> Voice | None:
    """Find the verb that a mention is the subject of, or the quotation that opens with it."""
    text, cues = stretch.text, stretch.cues
    if mention.kind == COUNTRY and cues.told.search(before):
        return None  # “Dolan said Ostava accepted …”: the person holds it
    for pattern in filter(None, (cues.subject, cues.late)):
        if found := pattern.match(text, mention.tail, stretch.end):
            return Voice(mention, "subject", found["verb"], found.end("verb"))
    if mention.kind == PERSON and cues.quoted_verb.match(text, mention.tail):
        return Voice(mention, "subject")
    return None


def _inverted_voice(mention: Mention, before: str, cues: Patterns) -> Voice | None:
    """Find the verb of saying that stands before its subject: “…,” said somebody."""
    found = cues.inverted.search(before)
    if found is None:
        return None
    verb_end = mention.start - len(before) + found.end("verb")
    return Voice(mention, "inverted", found["verb"], verb_end)


def _source_cue(mention: Mention, before: str, stretch: Stretch) -> str | None:
    """Name the cue without a verb that a mention stands beside."""
    text, cues = stretch.text, stretch.cues
    opens_line = not text[text.rfind("\n", 0, mention.start) + 1 : mention.start].strip()
    if opens_line and mention.kind == PERSON and text[mention.end : mention.end + 2] == ": ":
        return "turn"
    if cues.behind and cues.behind.match(text, mention.end):
        return "according"
    if not cues.bounded.match(text, mention.end):
        return None
    if cues.citing.search(before):
        return "citing"
    return "according" if cues.according.search(before) else None


def _roles(
    voices: Sequence[Voice], mentions: Sequence[Mention], stretch: Stretch
) -> list[tuple[Voice, Role]]:
    """Tell holders from those who pass on; who could be either is left out."""
    known = {voice: role for voice in voices if (role := _plain_role(voice, stretch.cues))}
    for voice in voices:
        if voice not in known and voice.mention.kind != MEDIA:
            role = _open_role(voice, known, mentions, stretch)
            if role is not None:
                known[voice] = role
    return [(voice, known[voice]) for voice in voices if voice in known]


def _plain_role(voice: Voice, cues: Patterns) -> Role | None:
    """Give the role that follows from cue and kind alone, None where the sentence decides."""
    if voice.cue == "citing":
        return "relay"
    passes_on = voice.cue == "according" or voice.verb in cues.says
    if voice.mention.kind == MEDIA:
        return "relay" if passes_on else None
    if voice.cue == "turn" or not passes_on:
        return "speaker"
    return "speaker" if voice.verb and voice.mention.kind == PERSON else None


def _open_role(
    voice: Voice, known: dict[Voice, Role], mentions: Sequence[Mention], stretch: Stretch
) -> Role | None:
    """Decide by who else speaks in the sentence whether a source holds what it says."""
    kind, cues = voice.mention.kind, stretch.cues
    others = [one for one, role in known.items() if role == "speaker" and one != voice]
    if others or stretch.outside(cues.pronoun_says):
        return None if kind == COUNTRY else "relay"
    if voice.cue == "according":
        holds = kind == PERSON  # what else is behind an office's account is mostly background
    else:
        told = stretch.text[voice.verb_end : stretch.end]
        about = [one.start for one in mentions if one.kind == PERSON and one.start > voice.verb_end]
        holds = not any(cues.only_that.fullmatch(told[: at - voice.verb_end]) for at in about)
    return "speaker" if holds and not _strangers(voice, stretch) else None


def _strangers(voice: Voice, stretch: Stretch) -> bool:
    """Whether the sentence has another verb of saying, whose subject is not known."""
    verbs = [match for match in stretch.outside(stretch.cues.verb) if match.end() != voice.verb_end]
    return any(not _goes_on(match.start(), stretch) for match in verbs)


def _goes_on(position: int, stretch: Stretch) -> bool:
    """Whether a verb goes on with the subject of the one before: “said … and repeated …”."""
    before = stretch.text[max(stretch.start, position - _REACH) : position]
    return stretch.cues.goes_on.search(before) is not None
