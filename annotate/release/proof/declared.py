"""The card's YAML is what loaders and the Hub understand, and says what the files hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from annotate.release.markdown import cell
from annotate.release.proof.opened import CARD, Findings, Json, Manifest, Part, Release
from annotate.workspace import LICENSE

if TYPE_CHECKING:
    import pyarrow as pa

# As the Hub's documentation of dataset cards lists them.
Creator = Literal[
    "crowdsourced", "found", "expert-generated", "machine-generated", "no-annotation", "other"
]
Size = Literal[
    "n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1M"
]
UPPER: dict[str, int] = {"n<1K": 10**3, "1K<n<10K": 10**4, "10K<n<100K": 10**5, "100K<n<1M": 10**6}
LANGUAGE = r"^(?:[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*|code|multilingual)$"
# The column that each list of names stands behind; `stance` repeats the polarities.
CLASS_OF = {
    "layer": "layer",
    "label": "label",
    "type": "relation",
    "polarity": "polarity",
    "topic": "topic",
    "stance": "polarity",
    "soft.label": "polarity",
}
TAGS = "_tags"
_BAR = re.compile(r"(?<!\\)\|")  # that parts two cells
NEEDED: Mapping[str, Mapping[str, str]] = {
    "spans": dict.fromkeys(("id", "article_id", "first_version", "last_changed_version"), "string")
    | {"start": "int32", "end": "int32", "spans": "list", "relations": "list"}
    | {"document": "list", "answers": "int32", "support": "int32", "origin": "string"},
    "annotations": dict.fromkeys(
        ("annotation_id", "id", "article_id", "annotator", "schema_version", "created_at"), "string"
    )
    | {"lead_time": "string", "skipped": "bool", "start": "int32", "end": "int32"}
    | {"role": "string", "counts": "bool"}
    | {"spans": "list", "relations": "list", "document": "list"},
    "triples": dict.fromkeys(("article_id", "entity", "polarity", "topic"), "string")
    | {"evidence": "list"},
    "articles": dict.fromkeys(("article_id", "sha256", "licence", "split"), "string"),
}
FIELDS = {
    "spans": {"id", "start", "end", "layer", "label", "attributes", "origin"},
    "relations": {"type", "head", "tail", "origin"},
    "evidence": {"id", "span"},
}
REQUIRED_CONFIGS = ("spans", "annotations", "articles")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class DataFile(_Strict):
    """A split and where it lies."""

    split: str = Field(pattern=r"^\w+(\.\w+)*$")
    path: str = Field(pattern=r"^[^/\\~][^\\]*$")


class Config(_Strict):
    """One entry of `configs:`."""

    config_name: str = Field(pattern=r'^[^<>:/\\|?*"]+$')
    data_files: list[DataFile] = Field(min_length=1)
    version: str
    description: str


class Split(_Strict):
    """What is told of a split."""

    name: str
    num_bytes: int = Field(ge=0)
    num_examples: int = Field(ge=0)


class Info(_Strict):
    """One entry of `dataset_info:`."""

    config_name: str
    features: list[dict[str, Any]] = Field(min_length=1)
    splits: list[Split] = Field(min_length=1)


class CardHead(_Strict):
    """The card's YAML, as the Hub checks it on line and `datasets` reads it."""

    license: str = Field(pattern=LICENSE)
    language: list[str] = Field(min_length=1)
    pretty_name: str = Field(min_length=1)
    size_categories: list[Size] = Field(min_length=1, max_length=1)
    task_categories: list[str] = Field(min_length=1)
    annotations_creators: list[Creator]
    source_datasets: list[str]
    tags: list[str]
    configs: list[Config] = Field(min_length=1)
    dataset_info: list[Info] = Field(min_length=1)


def read_head(release: Release, findings: Findings) -> CardHead | None:
    """Check the form of the YAML; None when more cannot be said about it."""
    if release.card is None:
        return None
    try:
        head = CardHead.model_validate(release.card)
    except ValidationError as error:
        for item in error.errors():
            where = ".".join(str(part) for part in item["loc"])
            findings.add("card-invalid", f"{CARD}, {where}", item["msg"])
        return None
    for language in head.language:
        if not re.match(LANGUAGE, language):
            findings.add("card-invalid", f"{CARD}, language", f"{language!r} is no language code")
    if sum(bool((entry.model_extra or {}).get("default")) for entry in head.configs) != 1:
        findings.add("card-invalid", f"{CARD}, configs", "exactly one must be the default")
    return head


def check_declared(release: Release, head: CardHead, findings: Findings) -> None:
    """Compare what the YAML declares with the files and with the manifest."""
    _check_configs(release, head, findings)
    infos = {info.config_name: info for info in head.dataset_info}
    for config in sorted({entry.config_name for entry in head.configs} ^ infos.keys()):
        findings.add(
            "card-config-differs", f"{CARD}, {config}", "is not in both configs and dataset_info"
        )
    for config, info in infos.items():
        for part in release.of(config):
            _check_features(release.schemas[part.name], info, part, findings)
        _check_sizes(release, info, findings)
        if release.manifest is not None:
            _check_labels(release.manifest, info, findings)
    _check_category(release, head, findings)
    if release.manifest is not None and head.license != release.manifest.publish.license:
        findings.add("card-license-differs", CARD, "names another licence than the manifest")


def _check_configs(release: Release, head: CardHead, findings: Findings) -> None:
    told = {
        (entry.config_name, file.split): file.path
        for entry in head.configs
        for file in entry.data_files
    }
    there = {(part.config, part.split): part.name for part in release.parts}
    for config, split in sorted(told.keys() - there.keys()):
        message = f"{told[config, split]} cannot be read"
        findings.add("card-config-differs", f"{CARD}, {config}, {split}", message)
    for config, split in sorted(there.keys() - told.keys()):
        message = f"{there[config, split]} is not declared"
        findings.add("card-config-differs", f"{CARD}, {config}, {split}", message)
    for key in sorted(told.keys() & there.keys()):
        if told[key] != there[key]:
            message = f"names {told[key]}, not {there[key]}"
            findings.add("card-config-differs", f"{CARD}, {key[0]}, {key[1]}", message)


def _check_features(schema: pa.Schema, info: Info, part: Part, findings: Findings) -> None:
    declared = [_plain(feature) for feature in info.features]
    written = [_described(field) for field in schema]
    for place, message in _differences(declared, written, part.config):
        findings.add("features-differ", f"{part.name}, {place}", message)


def _differences(
    declared: Sequence[tuple[str, Any]], written: Sequence[tuple[str, Any]], place: str
) -> Iterator[tuple[str, str]]:
    """Give what differs, the deepest column by name."""
    names, own = [name for name, _ in declared], [name for name, _ in written]
    if names != own:
        wrong = next((a or b for a, b in _pairs(names, own) if a != b), "")
        yield f"{place}.{wrong}", f"the card has columns {names}, the file {own}"
        return
    for (name, told), (_, kind) in zip(declared, written, strict=True):
        if isinstance(told, list) and isinstance(kind, list):
            yield from _differences(told, kind, f"{place}.{name}")
        elif told != kind:
            yield f"{place}.{name}", f"the card says {told}, the file has {kind}"


def _pairs(left: list[str], right: list[str]) -> Iterator[tuple[str, str]]:
    length = max(len(left), len(right))
    padded = (each + [""] * (length - len(each)) for each in (left, right))
    yield from zip(*padded, strict=True)


def _plain(feature: Mapping[str, Any]) -> tuple[str, Any]:
    """Spell a declared column as name and type; a class label is a word in the file."""
    name = str(feature.get("name"))
    inner = feature.get("list", feature.get("sequence"))
    if isinstance(inner, list):
        return name, [_plain(item) for item in inner]
    if isinstance(inner, Mapping):
        return name, f"list of {_word(inner.get('dtype', inner))}"
    return name, f"list of {inner}" if inner is not None else _word(feature.get("dtype"))


def _word(dtype: Any) -> str:
    return "string" if isinstance(dtype, Mapping) and "class_label" in dtype else str(dtype)


def _described(field: pa.Field) -> tuple[str, Any]:
    return field.name, _kind(field.type)


def _kind(type_: pa.DataType) -> Any:
    import pyarrow as pa

    names = {pa.float64(): "float64", pa.float32(): "float32"}
    if pa.types.is_list(type_) and pa.types.is_struct(type_.value_type):
        return [_described(type_.value_type[n]) for n in range(type_.value_type.num_fields)]
    if pa.types.is_list(type_):
        return f"list of {_kind(type_.value_type)}"
    return names.get(type_, str(type_))


def _check_sizes(release: Release, info: Info, findings: Findings) -> None:
    told = {split.name: split for split in info.splits}
    for part in release.of(info.config_name):
        place = f"{CARD}, {part.config}, {part.split}"
        if part.split not in told:
            findings.add("card-count-differs", place, "has no entry under splits")
            continue
        split, rows, size = told[part.split], release.counts[part.name], release.sizes[part.name]
        if split.num_examples != rows:
            message = f"says {split.num_examples} rows, the file has {rows}"
            findings.add("card-count-differs", place, message)
        # What counts as a byte in memory depends a little on how nulls are held.
        if abs(split.num_bytes - size) > max(64, 0.05 * size):
            message = f"says {split.num_bytes} bytes, the file has {size}"
            findings.add("card-count-differs", place, message)


def class_names(
    features: Sequence[Mapping[str, Any]], above: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Give every column with class labels and their names in the order of their numbers."""
    for feature in features:
        inner = feature.get("list", feature.get("sequence"))
        if isinstance(inner, list):
            yield from class_names(inner, f"{feature.get('name')}.")
            continue
        kind = inner if isinstance(inner, Mapping) else feature
        dtype = kind.get("dtype", kind)
        if isinstance(dtype, Mapping) and "class_label" in dtype:
            names = dtype["class_label"].get("names", {})
            ordered = sorted(names, key=int) if isinstance(names, Mapping) else range(len(names))
            yield f"{above}{feature.get('name')}", [str(names[number]) for number in ordered]


def _check_labels(manifest: Manifest, info: Info, findings: Findings) -> None:
    """One order of labels everywhere: a number means the same word in every version."""
    lists = manifest.schema_.class_labels
    declared = list(class_names(info.features))
    for column, names in declared:
        if column.endswith(TAGS):
            _check_tags(manifest, info, column, names, findings)
        of = CLASS_OF.get(column, CLASS_OF.get(column.rpartition(".")[2]))
        if of in lists and names != lists[of]:
            message = f"names are {names}, in the manifest {lists[of]}"
            findings.add("labels-differ", f"{CARD}, {info.config_name}.{column}", message)
    words = {str(item) for item in _columns(info.features)}
    found = {column.rpartition(".")[2] for column, _ in declared}
    for column in sorted((words & CLASS_OF.keys()) - found - {"type", "stance"}):
        if info.config_name in NEEDED:
            place = f"{CARD}, {info.config_name}.{column}"
            findings.add("labels-differ", place, "is not declared as class labels")


def _check_tags(
    manifest: Manifest, info: Info, column: str, names: list[str], findings: Findings
) -> None:
    """Tags are the layer's labels in their order, each as its beginning and its inside."""
    layer = column.removesuffix(TAGS)
    own = [item.name for item in manifest.schema_.labels if item.layer == layer]
    told = dict.fromkeys(name[2:] for name in names if name[:2] in {"B-", "I-"})
    if names[:1] != ["O"] or list(told) != own:
        place = f"{CARD}, {info.config_name}.{column}"
        findings.add("labels-differ", place, f"tags are {names}, labels of {layer} are {own}")


def _columns(features: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for feature in features:
        yield str(feature.get("name"))
        inner = feature.get("list")
        if isinstance(inner, list):
            yield from _columns(inner)


def _check_category(release: Release, head: CardHead, findings: Findings) -> None:
    rows = sum(release.counts[part.name] for part in release.of("spans"))
    size = head.size_categories[0]
    floor = int(size.split("<")[0].replace("K", "000")) if size[0].isdigit() and "K<" in size else 0
    if size in UPPER and not floor <= rows < UPPER[size]:
        findings.add("card-invalid", f"{CARD}, size_categories", f"{size} for {rows} rows")


def check_columns(release: Release, findings: Findings) -> frozenset[str]:
    """Check that each config has the columns that every release has, whatever the card says.

    Returns the files whose rows cannot be looked at for want of one.
    """
    broken = set()
    for config in REQUIRED_CONFIGS:
        if not release.of(config):
            findings.add("config-missing", config, "has no readable file")
    for part in release.parts:
        schema = release.schemas[part.name]
        for column, kind in NEEDED.get(part.config, {}).items():
            place = f"{part.name}, {column}"
            if column not in schema.names:
                findings.add("column-missing", place, "is not there")
                broken.add(part.name)
                continue
            type_ = schema.field(column).type
            inner = _kind(type_) if kind == "list" else None
            own = {name for name, _ in inner} if isinstance(inner, list) else set()
            lacking = FIELDS.get(column, set()) - own
            if not str(type_).startswith(kind):
                findings.add("column-type", place, f"is {type_}, not {kind}")
                broken.add(part.name)
            elif lacking:
                findings.add("column-missing", place, f"has no {', '.join(sorted(lacking))}")
                broken.add(part.name)
    return frozenset(broken)


# The tables of the card that count rows: where the name stands and how, and where the figures do.
TABLES: Mapping[str, tuple[str, int, str, slice]] = {
    "configs": ("## Configs", 0, "`{}`", slice(1, 2)),
    "labels": ("## Labels", 1, "{}", slice(2, 3)),
    "outlets": ("## Outlets", 0, "{}", slice(1, 2)),
    "splits": ("## Splits", 0, "{}", slice(1, 4)),
}


def check_figures(release: Release, findings: Findings, figures: Json) -> None:
    """Compare the figures in the card's text with the rows.

    `figures` has those of each of `TABLES` by name, and those of `opening` by their words.
    """
    for kind, (heading, name_at, spelt, at) in TABLES.items():
        told: dict[str, list[str]] = {}
        for row in _table(release.body, heading):
            name = row[name_at] if len(row) > name_at else ""
            told.setdefault(name, []).append(", ".join(row[at]))
        made = {
            spelt.format(cell(name)).strip(): [", ".join(map(str, each))]
            for name, each in figures[kind].items()
        }
        _compare_figures(told, made, findings)
    opening = release.body.partition("\n# ")[2].partition("\n## ")[0].partition("\n")[2]
    said = {words: re.findall(rf"\b{words}: (\d+)", opening) for words in figures["opening"]}
    made = {words: [str(count)] for words, count in figures["opening"].items()}
    _compare_figures(said, made, findings)


def _compare_figures(
    told: Mapping[str, list[str]], made: Mapping[str, list[str]], findings: Findings
) -> None:
    """Compare what is told under each name, in however many places, with what was counted."""
    for name in sorted(told.keys() | made.keys()):
        if told.get(name) != made.get(name):
            said, counted = ("; ".join(each.get(name, ())) or "nothing" for each in (told, made))
            message = f"says {said}, the rows say {counted}"
            findings.add("card-figure-differs", f"{CARD}, {name}", message)


def _table(body: str, heading: str) -> Iterator[list[str]]:
    """Give the cells of each row of the first table in a section of the card, but for its head."""
    section = body.partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    for line in rows[1:]:
        yield [each.strip() for each in _BAR.split(line)[1:-1]]
