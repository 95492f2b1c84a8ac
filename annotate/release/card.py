"""The dataset card: every number in it is computed from the rows beside it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.release.agreed import agreement_told
from annotate.release.built import Built
from annotate.release.citation import bibtex
from annotate.release.columns import Table, card_features
from annotate.release.decided import who_answered
from annotate.release.files import data_file
from annotate.release.history import Past
from annotate.release.links import RUN
from annotate.release.markdown import cell
from annotate.release.pictures import heat_map, label_bars, outlet_topics, version_bars
from annotate.release.proof.declared import LANGUAGE
from annotate.release.provenance import NOT_TOLD, guidance, preparation
from annotate.release.splits import LEDGER, TRAIN, Assignment
from annotate.schema import Schema, class_labels
from annotate.workspace import Settings

Json = dict[str, Any]
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

LABELS, SIDES, VERSIONS = (f"pictures/{name}.svg" for name in ("labels", "sides", "versions"))

SHORT = {
    "spans": "one row per chunk: its text, and the spans and relations that stand for it",
    "annotations": "one row per annotator and chunk: what each one said",
    "triples": "one row per article, speaker entity, polarity and topic",
    "stance": "one row per stance, speaker and topic, with its text: ready for a classifier",
    "bio": "one row per chunk: its tokens, one tag a layer, and the spans that tags cannot tell",
    "articles": "one row per article",
}


@dataclass(frozen=True)
class CardInput:
    """All that a card tells about."""

    settings: Settings
    schema: Schema
    tables: Mapping[str, Table]
    built: Built
    assignment: Assignment
    rights: str
    sizes: Mapping[tuple[str, str], int]  # bytes in memory, by config and split
    version: str
    date: str
    manifest: Mapping[str, Any]
    manifest_sha256: str
    versions: Sequence[Past]  # up to and with this one
    withdrawn: Sequence[Json] = ()


def render_card(card: CardInput) -> str:
    """Write the card as `README.md` has it: YAML between `---` lines, then Markdown."""
    import yaml

    head = yaml.safe_dump(_metadata(card), sort_keys=False, allow_unicode=True, width=100)
    parts = [
        _opening(card),
        _uses(card),
        _loading(card),
        _contents(card),
        preparation(card.built.rows["articles"], card.manifest["tools"]),
        who_answered(card.built, card.settings.publish),
        agreement_told(card.manifest["agreement"]),
        guidance(card.schema, card.settings.publish),
        _labels(card),
        _outlets(card),
        _splits(card),
        _defects(card),
        _versions(card),
        *([_withdrawn(card)] if card.withdrawn else []),
        _rights(card),
        _citation(card),
    ]
    return f"---\n{head}---\n\n" + "\n\n".join(parts) + "\n"


def _metadata(card: CardInput) -> Json:
    rows = card.built.rows
    publish = card.settings.publish
    told = {row["language"] for row in rows["articles"] if row["language"]}
    languages = sorted(name for name in told if re.match(LANGUAGE, name))
    return {
        "license": publish.license,
        "language": languages or ["und"],
        "pretty_name": publish.pretty_name or card.settings.name,
        "size_categories": [_size(len(rows["spans"]))],
        "task_categories": ["token-classification", "text-classification"],
        "annotations_creators": [
            "machine-generated" if publish.simulated else publish.annotations_creators
        ],
        "source_datasets": ["original"],
        "tags": ["news", "stance", "quotation", "span-annotation"],
        "configs": [_config(card, name) for name in card.tables],
        "dataset_info": [_info(card, name, table) for name, table in card.tables.items()],
    }


def _size(rows: int) -> str:
    return next((name for limit, name in SIZES if rows < limit), "n>1M")


def _config(card: CardInput, name: str) -> Json:
    """Make one entry of `configs:`.

    Version and digest keep `datasets` from mixing up its caches: it tells two local folders
    of one name apart by nothing else.
    """
    entry: Json = {
        "config_name": name,
        "data_files": [
            {"split": split, "path": data_file(name, split)} for split in card.built.splits(name)
        ],
        "version": card.version,
        "description": f"sha256:{card.manifest_sha256}",
    }
    return entry | ({"default": True} if name == "spans" else {})


def _info(card: CardInput, name: str, table: Table) -> Json:
    return {
        "config_name": name,
        "features": card_features(table),
        "splits": [
            {
                "name": split,
                "num_bytes": card.sizes[name, split],
                "num_examples": count,
            }
            for split, count in card.built.counts(name).items()
        ],
    }


def _opening(card: CardInput) -> str:
    rows = card.built.rows
    outlets = len({row["outlet"] for row in rows["articles"] if row["outlet"]})
    spans = sum(len(row["spans"]) for row in rows["spans"])
    told = (
        "\n\n**The annotators are simulated**: a program answered, through Label Studio, from "
        "labels made by hand, with slips put in on purpose. It is a sample that shows the "
        "format; do not draw conclusions from it."
        if card.settings.publish.simulated
        else ""
    )
    return (
        f"# {card.settings.publish.pretty_name or card.settings.name} {card.version}\n\n"
        "News articles in which it is marked who takes which side on what: "
        f"articles: {len(rows['articles'])}, outlets: {outlets}, labelled chunks: "
        f"{len(rows['spans'])}, spans: {spans}, positions: {len(rows.get('triples', ()))}. "
        f"Answers as of {card.date}.{told}"
    )


def pictures(card: CardInput) -> dict[str, str]:
    """Draw the pictures that the card shows, by their paths in the release."""
    counts = Counter(span["label"] for row in card.built.rows["spans"] for span in row["spans"])
    schema = card.schema
    bars = [(one.name, schema.color_of(one.name), counts[one.name]) for one in schema.labels]
    found = {LABELS: label_bars(bars)}
    if "triples" in card.tables:
        sides = outlet_topics(card.built.rows["triples"])
        known = class_labels(schema)["topic"]
        found[SIDES] = heat_map(sides, [name for name in known if name in {t for _, t in sides}])
    found[VERSIONS] = version_bars(
        [(one.version, one.chunks, one.articles) for one in card.versions]
    )
    return found


def _uses(card: CardInput) -> str:
    languages = {row["language"] for row in card.built.rows["articles"] if row["language"]}
    return (
        "## What it is for\n\n"
        "Research on which positions outlets report, whose, and in whose words; training and "
        f"testing of programs that find them, in the languages that are here ({len(languages)}: "
        f"{', '.join(sorted(languages)) or 'unknown'}).\n\n"
        "It does not say what is true, whether an outlet is right, or what a person thinks beyond "
        "the words that are marked. The articles were chosen by whoever made this dataset (how: "
        f"{card.settings.publish.selection or NOT_TOLD}): shares of outlets, topics or sides in it "
        "are not shares in the news. It is not for ranking people or outlets, and not for finding "
        "out who the annotators are."
    )


def _defects(card: CardInput) -> str:
    """Count what is known to be wrong or missing."""
    built = card.built
    articles = built.rows["articles"]
    lost = Counter(item["reason"] for row in built.rows["bio"] for item in row["lost"])
    unknown = sum(1 for row in built.rows["triples"] if row["entity"].startswith("?"))
    bare = articles.owners() - built.rows["spans"].owners()
    defects = {
        "chunks without a decision": built.undecided,
        "articles of which no chunk has a decision": len(bare),
        "stances without a speaker or a topic, so without a triple": built.groups_without_triple,
        "triples of speakers that no entity of the schema is known for": unknown,
        "answers and spans set aside because of a finding": built.set_aside.total(),
        "articles left out because they tie two splits": len(card.assignment.left_out),
        "articles without an outlet": sum(1 for row in articles if not row["outlet"]),
        "articles without a date": sum(1 for row in articles if not row["published_at"]),
        "articles without an address": sum(1 for row in articles if not row["url"]),
    } | {f"spans that `bio` cannot tell: {reason}": count for reason, count in sorted(lost.items())}
    lines = [f"| {name} | {count} |" for name, count in defects.items()]
    return "## Known defects\n\n| what | how many |\n|---|---|\n" + "\n".join(lines)


def _versions(card: CardInput) -> str:
    lines = [
        f"| {one.version} | {one.date} | {one.chunks} | {one.articles} | {cell(one.step)} |"
        for one in reversed(card.versions)
    ]
    return (
        "## Versions\n\nThe difference from the release before decides the number; "
        "`CHANGELOG.md` has all of it.\n\n| version | answers as of | labelled chunks | articles "
        "| because |\n|---|---|---|---|---|\n"
        + "\n".join(lines)
        + f"\n\n![Labelled chunks by version]({VERSIONS})"
    )


def _withdrawn(card: CardInput) -> str:
    lines = [
        f"| {cell(row['article_id'])} | {', '.join(row['releases'])} | {row['withdrawn_at']} "
        f"| {cell(row['reason'])} |"
        for row in card.withdrawn
    ]
    return (
        f"## Withdrawn\n\nArticles that were taken back: {len(lines)}. Please delete your copies; "
        "those releases still hold them.\n\n"
        "| article | releases | withdrawn | reason |\n|---|---|---|---|\n" + "\n".join(lines)
    )


def _loading(card: CardInput) -> str:
    name = card.settings.name
    path = f"./datasets/{name}/{card.version}"
    lines = [
        f'{config} = load_dataset("{path}", "{config}", split="{card.built.splits(config)[0]}")'
        for config in card.tables
    ]
    code = "\n".join(["from datasets import load_dataset", "", *lines])
    whole = (
        "Offsets count Unicode code points and exclude the end: "
        '`row["text"][span["start"]:span["end"]] == span["text"]`, in every row that has a text.'
    )
    bare = (
        "This release holds no text: offsets in Unicode code points with the end excluded, hashes, "
        "and the addresses of the articles. From your own copies of them,\n\n```console\n"
        f"$ annotate hydrate {path} --articles DIR\n```\n\nrebuilds the texts."
    )
    return f"## Load it\n\n```python\n{code}\n```\n\n" + (
        bare if card.rights == "standoff" else whole
    )


def _contents(card: CardInput) -> str:
    lines = [f"| `{name}` | {len(card.built.rows[name])} | {SHORT[name]} |" for name in card.tables]
    return (
        "## Configs\n\n| config | rows | a row is |\n|---|---|---|\n"
        + "\n".join(lines)
        + "\n\nAn `entity` in `triples` is an id of the schema, ids joined by `+` for a joint "
        "speaker, `other:…` as an annotator wrote it, `?…` the words of the text where nobody "
        "said whose they are, and `outlet:…` for what an outlet says in its own voice."
    )


def _labels(card: CardInput) -> str:
    counts = Counter(span["label"] for row in card.built.rows["spans"] for span in row["spans"])
    lines = [
        f"| {card.schema.layer_of(label.name)} | {label.name} | {counts[label.name]} "
        f"| {cell(label.meaning)} |"
        for label in card.schema.labels
    ]
    return (
        f"## Labels\n\nSchema `{card.schema.name}` {card.schema.version}.\n\n"
        "| layer | label | spans | meaning |\n|---|---|---|---|\n"
        + "\n".join(lines)
        + f"\n\n![Spans by label]({LABELS})"
    )


def _outlets(card: CardInput) -> str:
    articles: Sequence[Json] = card.built.rows["articles"]
    counts: Counter[str] = Counter()
    dates: dict[str, set[str]] = defaultdict(set)
    for row in articles:
        name = row["outlet"] or "unknown"
        counts[name] += 1
        dates[name] |= {row["published_at"][:10]} if row["published_at"] else set()
    lines = []
    for name, count in sorted(counts.items()):
        known = dates[name]
        span = f"{min(known)} to {max(known)}" if known else "unknown"
        lines.append(f"| {cell(name)} | {count} | {span} |")
    shown = (
        "\n\nHow many positions for and against each topic every outlet reports, whoever holds "
        "them; a cell is paler the more evenly they stand, and the more take neither side:"
        f"\n\n![Positions for : against, by outlet and topic]({SIDES})"
        if "triples" in card.tables
        else ""
    )
    head = "## Outlets\n\n| outlet | articles | published |\n|---|---|---|\n"
    return head + "\n".join(lines) + shown


def _splits(card: CardInput) -> str:
    articles = card.built.rows["articles"]
    events = {row["event"] for row in articles if row["event"]}
    lone = sum(1 for row in articles if not row["event"])
    groups: dict[str, set[str]] = defaultdict(set)
    for row in articles:
        groups[row["split"]].add(row["group"])
    chunks = card.built.counts("spans")
    lines = [
        f"| {split} | {len(groups[split])} | {count} | {chunks.get(split, 0)} |"
        for split, count in card.built.counts("articles").items()
    ]
    why = f"Everything is in `{TRAIN}`: {card.assignment.why}. " if card.assignment.why else ""
    left_out = "".join(
        f"\n- {cell(item.article_id)}: {cell(item.reason)}" for item in card.assignment.left_out
    )
    return (
        f"## Splits\n\n{why}Articles of one event, near-duplicates, and articles that share a "
        f"quote or a sentence of {RUN} words or more form a group. A group is in one split and "
        f"stays there in every later version (`{LEDGER}`). Events named: {len(events)}; articles "
        f"of no named event: {lone}.\n\n"
        "| split | groups | articles | labelled chunks |\n|---|---|---|---|\n"
        + "\n".join(lines)
        + (f"\n\nLeft out, because they tie two splits together:\n{left_out}" if left_out else "")
    )


def _rights(card: CardInput) -> str:
    publish = card.settings.publish
    contact = publish.contact or "not given"
    return (
        f"## Rights\n\nLabels: {publish.license}. Texts: {publish.text_license}. "
        f"Contact for questions and takedown: {contact}."
    )


def _citation(card: CardInput) -> str:
    entry = bibtex(card.manifest, f"sha256:{card.manifest_sha256}")
    return f"## Citation\n\n```bibtex\n{entry}\n```"
