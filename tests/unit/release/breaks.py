"""The ways to break a release, each with the code of what is found then."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tests.unit.release.workshop import Workshop, two_splits

Json = dict[str, Any]
Break = Callable[[Workshop], None]
SPANS = "spans/train-00000-of-00001.parquet"


def rows(config: str, change: Callable[[list[Json]], None]) -> Break:
    """Change rows, and make all sums and counts fit again."""

    def broken(shop: Workshop) -> None:
        shop.edit(config, change)
        shop.seal()

    return broken


def cell(config: str, **values: Any) -> Break:
    return rows(config, lambda found: found[0].update(values))


def span(**values: Any) -> Break:
    return rows("spans", lambda found: found[0]["spans"][0].update(values))


def in_card(change: Callable[[Json], None]) -> Break:
    """Change the card's YAML, and the sums."""

    def broken(shop: Workshop) -> None:
        shop.in_card(change)
        shop.sums()

    return broken


def in_manifest(change: Callable[[Json], None]) -> Break:
    """Change the manifest, and the digests of it."""

    def broken(shop: Workshop) -> None:
        shop.in_manifest(change)
        shop.in_card(shop._seal_card)
        shop.sums()

    return broken


def in_text(old: str, new: str) -> Break:
    def broken(shop: Workshop) -> None:
        shop.text("README.md", old, new)
        shop.sums()

    return broken


def flipped(shop: Workshop) -> None:
    data = bytearray(shop.path("spans").read_bytes())
    data[len(data) // 2] ^= 1
    shop.path("spans").write_bytes(data)


def flipped_and_summed(shop: Workshop) -> None:
    flipped(shop)
    shop.sums()


def cut_short(shop: Workshop) -> None:
    data = shop.path("spans").read_bytes()
    shop.path("spans").write_bytes(data[: len(data) // 2])
    shop.sums()


def added(name: str, content: bytes = b"x = 1\n", *, summed: bool = False) -> Break:
    def broken(shop: Workshop) -> None:
        (shop.folder / name).write_bytes(content)
        if summed:
            shop.sums()

    return broken


def gone(name: str, *, summed: bool = False) -> Break:
    def broken(shop: Workshop) -> None:
        (shop.folder / name).unlink()
        if summed:
            shop.sums()

    return broken


def linked(shop: Workshop) -> None:
    outside = shop.folder.parent / "elsewhere.md"
    (shop.folder / "README.md").rename(outside)
    (shop.folder / "README.md").symlink_to(outside)


def last_row_dropped(shop: Workshop) -> None:
    shop.edit("annotations", lambda found: found.pop())
    shop.sums()


def figure_in_manifest(key: str, value: Any) -> Break:
    return in_manifest(lambda found: found["files"][SPANS].update({key: value}))


def moved_by_one(found: list[Json]) -> None:
    next(row for row in found if row["spans"])["spans"][0]["start"] += 1


def label_renamed(card: Json) -> None:
    for feature in card["dataset_info"][0]["features"]:
        if feature["name"] == "spans":
            labels = next(item for item in feature["list"] if item["name"] == "label")
            labels["dtype"]["class_label"]["names"]["0"] = "Talker"


def labels_swapped(card: Json) -> None:
    """Trap 7: in turned order, `datasets` would read every for as an against."""
    polarity = next(
        item
        for info in card["dataset_info"]
        if info["config_name"] == "triples"
        for item in info["features"]
        if item["name"] == "polarity"
    )
    names = polarity["dtype"]["class_label"]["names"]
    names["0"], names["1"] = names["1"], names["0"]


def label_undeclared(card: Json) -> None:
    for item in card["dataset_info"][2]["features"]:
        if item["name"] == "topic":
            item["dtype"] = "string"


def column_renamed(card: Json) -> None:
    card["dataset_info"][0]["features"][1]["name"] = "article"


def type_changed(card: Json) -> None:
    card["dataset_info"][0]["features"][2]["dtype"] = "string"


def without_column(config: str, column: str) -> Break:
    def broken(shop: Workshop) -> None:
        table = pq.read_table(shop.path(config)).drop_columns([column])
        pq.write_table(table, shop.path(config))
        shop.seal()

    return broken


def wider_column(shop: Workshop) -> None:
    table = pq.read_table(shop.path("spans"))
    at = table.schema.get_field_index("start")
    table = table.set_column(at, "start", table["start"].cast(pa.float64()))
    pq.write_table(table, shop.path("spans"))
    shop.seal()


def without_span_field(shop: Workshop) -> None:
    for row in (found := shop.rows("spans")):
        for item in row["spans"]:
            del item["end"]
    pq.write_table(pa.Table.from_pylist(found), shop.path("spans"))
    shop.seal()


def relation_to_nowhere(found: list[Json]) -> None:
    next(row for row in found if row["relations"])["relations"][0]["tail"] = "z9"


def span_twice(found: list[Json]) -> None:
    found[0]["spans"].append(deepcopy(found[0]["spans"][0]))


def evidence_lost(found: list[Json]) -> None:
    found[0]["evidence"][0]["span"] = "z9"


def other_polarity(found: list[Json]) -> None:
    found[0]["polarity"] = next(n for n in ("Support", "Oppose") if n != found[0]["polarity"])


def config_dropped(shop: Workshop) -> None:
    shop.path("annotations").unlink()
    shop.in_card(
        lambda card: card.update(
            {
                key: [item for item in card[key] if item["config_name"] != "annotations"]
                for key in ("configs", "dataset_info")
            }
        )
    )
    shop.seal()


def croissant_changed(shop: Workshop) -> None:
    told = orjson.loads((shop.folder / "croissant.json").read_bytes())
    told["license"] = "https://example.org/none"
    (shop.folder / "croissant.json").write_bytes(orjson.dumps(told))
    shop.sums()


def in_two(change: Break) -> Break:
    """Break a release of two splits."""

    def broken(shop: Workshop) -> None:
        two_splits(shop)
        change(shop)

    return broken


def event_shared(shop: Workshop) -> None:
    shop.edit("articles", lambda found: found[0].update(event="call"), "test")
    shop.seal()


def article_shared(shop: Workshop) -> None:
    row = shop.rows("articles")[0]
    shop.edit("annotations", lambda found: found[0].update(article_id=row["article_id"]), "test")
    shop.seal()


def split_misnamed(shop: Workshop) -> None:
    shop.edit("articles", lambda found: found[0].update(split="train"), "test")
    shop.seal()


def split_of_ledger(shop: Workshop) -> None:
    found = pq.read_table(shop.folder / "splits.parquet").to_pylist()
    for row in found:
        row["split"] = "validation"
    pq.write_table(pa.Table.from_pylist(found), shop.folder / "splits.parquet")
    shop.seal()


def ledger_cut(lines: int) -> Break:
    """Take lines off the ledger of splits, or add the last ones again."""

    def broken(shop: Workshop) -> None:
        table = pq.read_table(shop.folder / "splits.parquet")
        cut = table.to_pylist()
        cut = cut[lines:] if lines > 0 else [*cut, *cut[lines:]]
        pq.write_table(pa.Table.from_pylist(cut, table.schema), shop.folder / "splits.parquet")
        shop.seal()

    return broken


def numbered_backwards(found: list[Json]) -> None:
    first, second = (row for row in found if row["article_id"] == "articles/call.txt")
    first["chunk_index"], second["chunk_index"] = second["chunk_index"], first["chunk_index"]


def beside_the_one_file(shop: Workshop) -> None:
    shutil.copyfile(shop.path("spans"), shop.folder / "spans" / "train-00001-of-00002.parquet")
    shop.seal()


def label_numbers_lost(card: Json) -> None:
    (info,) = (each for each in card["dataset_info"] if each["config_name"] == "stance")
    (stance,) = (each for each in info["features"] if each["name"] == "stance")
    names = stance["dtype"]["class_label"]["names"]
    stance["dtype"]["class_label"]["names"] = {f"n{key}": name for key, name in names.items()}


def changes_naming(address: str) -> Break:
    """Add a table of changes, with an address in an answer and in words of an article."""
    words = "Speaker [0:3) “write to a@b.test” entity="
    return changes_of(before=words, after=f"{words}other:{address}")


def changes_of(**row: str) -> Break:
    def broken(shop: Workshop) -> None:
        pq.write_table(pa.Table.from_pylist([row]), shop.folder / "CHANGES.parquet")
        shop.sums()

    return broken


LONG = (
    "The ferry company said on Monday that it would not reopen the northern line before the "
    "harbour had been dredged and both piers inspected. "
)
MORE = " ".join(
    f"Line {n} of the report names berth {n * 7} and lighter {n * 13}." for n in range(9)
)


def written(shop: Workshop, split: str, name: str, text: str) -> None:
    """Add an article of one chunk that was answered with nothing."""
    article = shop.rows("articles")[0] | {
        "article_id": name,
        "text": text,
        "event": None,
        "split": split,
        "chunks": 1,
    }
    chunk = shop.rows("spans")[0] | {
        "id": f"c-{name}",
        "article_id": name,
        "chunk_index": 0,
        "start": 0,
        "end": len(text),
        "text": text,
        "spans": [],
        "relations": [],
        "event": None,
    }
    for config, row in (("articles", article), ("spans", chunk)):
        there = shop.rows(config, split) if split in shop.splits(config) else []
        shop.write(config, [*there, row], split)


def sentence_shared(shop: Workshop) -> None:
    written(shop, "train", "a", f"{LONG}Nobody else spoke about it at all.")
    written(shop, "test", "b", f"Something quite different came first. {LONG}")
    shop.seal()


def nearly_the_same(shop: Workshop) -> None:
    written(shop, "train", "a", f"{MORE} It was raining.")
    written(shop, "test", "b", f"{MORE} It was not.")
    shop.seal()


def moved_since(shop: Workshop) -> None:
    """The release before had an article in another split."""
    version = shop.manifest["version"]
    before = shop.folder.parent / "0.0.9" / "articles"
    before.mkdir(parents=True)
    last = shop.rows("articles")
    last[0]["split"] = "validation"
    table = pa.Table.from_pylist(last, schema=pq.read_schema(shop.path("articles")))
    pq.write_table(table, before / "train-00000-of-00001.parquet")
    assert version != "0.0.9"
    shop.in_manifest(lambda found: found.update(parent="0.0.9"))
    shop.seal()


def recounted(config: str, change: Callable[[list[Json]], None], *, words: str = "") -> Break:
    """Change the rows of a config, and every sum, count and figure with them."""

    def broken(shop: Workshop) -> None:
        before = len(shop.rows(config))
        shop.edit(config, change)
        now = len(shop.rows(config))
        shop.text("README.md", f"| `{config}` | {before} |", f"| `{config}` | {now} |")
        if words:
            shop.text("README.md", f"{words}: {before}", f"{words}: {now}")
        shop.seal()

    return broken


def other_tag(found: list[Json]) -> None:
    tags = found[0]["stance_tags"]
    at = next(place for place, tag in enumerate(tags) if tag == "O")
    tags[at] = "B-Oppose"


def relation_dropped(found: list[Json]) -> None:
    next(row for row in found if row["relations"])["relations"].pop()


TOMBSTONE = {
    "article_id": "articles/gone.txt",
    "reason": "asked for",
    "withdrawn_at": "2031-04-01",
    "releases": ["0.0.9"],
}


def withdrawn(**values: Any) -> Break:
    return in_manifest(lambda found: found.update(withdrawn=[TOMBSTONE | values]))


BREAKS: dict[str, tuple[Break, str]] = {
    "a byte flipped": (flipped, "file-changed"),
    "a byte flipped, summed again": (flipped_and_summed, "manifest-file-differs"),
    "a file cut short": (cut_short, "parquet-broken"),
    "a program added": (added("load.py", summed=True), "program-file"),
    "a file added": (added("notes.txt"), "file-unlisted"),
    "a data file added": (
        lambda shop: (
            shop.write("spans", shop.rows("spans"), "extra"),
            shop.sums(),
        )[0],
        "file-unlisted",
    ),
    "a data file of another name, all sealed again": (beside_the_one_file, "file-astray"),
    "a table of changes cut short": (
        added("CHANGES.parquet", b"PAR1", summed=True),
        "parquet-broken",
    ),
    "an e-mail in the table of changes": (changes_naming("anna@news.test"), "email-found"),
    "an e-mail before a quotation in the table of changes": (
        changes_of(before="mail anna@x.test says “no”"),
        "email-found",
    ),
    "an e-mail in a key of the table of changes": (
        changes_of(key="articles/a.txt other:anna@x.test Support dialogue"),
        "email-found",
    ),
    "a file replaced by a link": (linked, "file-link"),
    "a file gone": (gone("croissant.json"), "file-missing"),
    "a data file gone, summed again": (gone(SPANS, summed=True), "file-missing"),
    "no sums": (gone("SHA256SUMS"), "sums-missing"),
    "sums of another form": (added("SHA256SUMS", b"everything is fine\n"), "sums-broken"),
    "sums that are no text": (added("SHA256SUMS", b"\xff\xfe"), "sums-broken"),
    "no manifest": (gone("MANIFEST.json", summed=True), "manifest-missing"),
    "a manifest that is no JSON": (added("MANIFEST.json", b"{", summed=True), "manifest-broken"),
    "a manifest without files": (in_manifest(lambda m: m.pop("files")), "manifest-broken"),
    "a figure of the manifest": (figure_in_manifest("rows", 99), "manifest-count-differs"),
    "a sum over rows": (figure_in_manifest("rows_sha256", "0" * 64), "manifest-rows-differ"),
    "a manifest changed behind the card": (
        lambda shop: (shop.in_manifest(lambda m: m.update(date="2031-01-01")), shop.sums())[0],
        "card-digest-differs",
    ),
    "another version": (in_manifest(lambda m: m.update(version="9.9.9")), "version-differs"),
    "no version": (in_manifest(lambda m: m.update(version="new")), "version-differs"),
    "a parent that is younger": (
        in_manifest(lambda m: m.update(parent="9.9.9")),
        "version-differs",
    ),
    "a title of another version": (in_text("0.1.0\n", "0.2.0\n"), "version-differs"),
    "no card": (gone("README.md", summed=True), "card-missing"),
    "a card that is not UTF-8": (added("README.md", b"\xff", summed=True), "card-broken"),
    "a card without YAML": (added("README.md", b"# News\n", summed=True), "card-broken"),
    "a card of broken YAML": (added("README.md", b"---\na: [\n---\n", summed=True), "card-broken"),
    "a card whose YAML is a list": (
        added("README.md", b"---\n- a\n---\n", summed=True),
        "card-broken",
    ),
    "a licence that is no word": (in_card(lambda c: c.update(license=["CC BY"])), "card-invalid"),
    "a language by name": (in_card(lambda c: c.update(language=["English"])), "card-invalid"),
    "a size out of nowhere": (in_card(lambda c: c.update(size_categories=["big"])), "card-invalid"),
    "a size that is another": (
        in_card(lambda c: c.update(size_categories=["1K<n<10K"])),
        "card-invalid",
    ),
    "no default config": (in_card(lambda c: c["configs"][0].pop("default")), "card-invalid"),
    "another licence": (in_card(lambda c: c.update(license="mit")), "card-license-differs"),
    "a config undeclared": (in_card(lambda c: c["configs"].pop()), "card-config-differs"),
    "a path that leads elsewhere": (
        in_card(lambda c: c["configs"][0]["data_files"][0].update(path="spans/else.parquet")),
        "card-config-differs",
    ),
    "a config gone": (config_dropped, "config-missing"),
    "a label renamed in the card": (in_card(label_renamed), "labels-differ"),
    "labels in another order": (in_card(labels_swapped), "labels-differ"),
    "labels not declared": (in_card(label_undeclared), "labels-differ"),
    "a column renamed in the card": (in_card(column_renamed), "features-differ"),
    "a type changed in the card": (in_card(type_changed), "features-differ"),
    "a count in the card": (
        in_card(lambda c: c["dataset_info"][0]["splits"][0].update(num_examples=7)),
        "card-count-differs",
    ),
    "a size in the card": (
        in_card(lambda c: c["dataset_info"][0]["splits"][0].update(num_bytes=7)),
        "card-count-differs",
    ),
    "a figure in the card's table": (
        in_text("| `spans` | 3 |", "| `spans` | 4 |"),
        "card-figure-differs",
    ),
    "a figure in the card's first lines": (
        in_text("labelled chunks: 3", "labelled chunks: 30"),
        "card-figure-differs",
    ),
    "a figure of an outlet": (
        in_text("| Velin \\| Post | 2 |", "| Velin \\| Post | 3 |"),
        "card-figure-differs",
    ),
    "a figure told twice": (
        in_text("| train | 2 | 3 | 3 |", "| train | 9 | 9 | 9 |\n| train | 2 | 3 | 3 |"),
        "card-figure-differs",
    ),
    "a figure of the first lines told twice": (
        in_text("outlets: 1,", "outlets: 1, outlets: 7,"),
        "card-figure-differs",
    ),
    "an outlet that has no article": (
        in_text("| unknown | 1 |", "| Tarn Times | 4 | unknown |\n| unknown | 1 |"),
        "card-figure-differs",
    ),
    "a figure of a split": (
        in_text("| train | 2 | 3 | 3 |", "| train | 2 | 3 | 30 |"),
        "card-figure-differs",
    ),
    "names of class labels that are no numbers": (in_card(label_numbers_lost), "cannot-be-proved"),
    "a date that there is not": (
        in_text("license: ", "since: 2024-13-45\nlicense: "),
        "card-broken",
    ),
    "a row dropped": (last_row_dropped, "manifest-count-differs"),
    "a row dropped, all sealed again": (rows("spans", lambda r: r.pop()), "card-figure-differs"),
    "a column dropped": (without_column("articles", "sha256"), "column-missing"),
    "a column of another type": (wider_column, "column-type"),
    "a field of spans dropped": (without_span_field, "column-missing"),
    "a null where a value must be": (cell("spans", start=None), "value-missing"),
    "an offset moved by one": (rows("spans", moved_by_one), "offset-mismatch"),
    "an offset of an answer moved by one": (rows("annotations", moved_by_one), "offset-mismatch"),
    "an offset behind the end": (span(end=10_000), "offset-outside"),
    "a chunk outside its article": (cell("spans", end=10_000), "offset-outside"),
    "a word of a chunk changed": (
        rows("spans", lambda r: r[0].update(text=r[0]["text"].replace("truce", "peace"))),
        "chunk-mismatch",
    ),
    "the text of an article changed": (
        rows("articles", lambda r: r[0].update(text="x" + r[0]["text"][1:])),
        "chunk-mismatch",
    ),
    "an article that is not there": (
        cell("triples", article_id="articles/z.txt"),
        "article-unknown",
    ),
    "a label that is none": (span(label="Shouts"), "label-unknown"),
    "a label of another layer": (span(layer="topic"), "layer-mismatch"),
    "a topic that is none": (cell("triples", topic="weather"), "label-unknown"),
    "a span twice": (rows("spans", span_twice), "id-repeated"),
    "a row twice": (rows("spans", lambda r: r.append(r[0])), "id-repeated"),
    "a relation to nowhere": (rows("spans", relation_to_nowhere), "relation-astray"),
    "evidence that is not there": (rows("triples", evidence_lost), "evidence-astray"),
    "evidence for the contrary": (rows("triples", other_polarity), "evidence-astray"),
    "no evidence": (cell("triples", evidence=[]), "evidence-astray"),
    "a change from the future": (cell("spans", last_changed_version="7.0.0"), "row-version-wrong"),
    "a date that is not the article's": (
        cell("spans", published_at="1999-01-01"),
        "article-differs",
    ),
    "chunks numbered against their order": (rows("spans", numbered_backwards), "chunk-index-wrong"),
    "another licence of a text": (cell("articles", licence="CC0"), "rights-differ"),
    "other rights to a text": (cell("articles", rights="standoff"), "rights-differ"),
    "rights that are mixed in word alone": (
        in_manifest(lambda m: m["publish"].update(rights="mixed")),
        "rights-differ",
    ),
    "a text that is gone": (cell("articles", text=None), "rights-differ"),
    "too few chunks": (cell("articles", chunks=0), "chunk-count-differs"),
    "a hash that is none": (cell("articles", sha256="unknown"), "hash-malformed"),
    "a name for an annotator": (cell("annotations", annotator="Anna"), "pseudonym-form"),
    "an address for an annotator": (cell("annotations", annotator="a@b.test"), "email-found"),
    "an e-mail in a column": (cell("articles", outlet="by anna@news.test"), "email-found"),
    "an e-mail in a setting": (
        in_manifest(lambda m: m["publish"].update(selection="ask anna@news.test")),
        "email-found",
    ),
    "an e-mail in an attribute": (
        span(attributes=[{"key": "entity", "value": "anna@news.test", "origin": "person"}]),
        "email-found",
    ),
    "a time to the second": (
        cell("annotations", created_at="2031-03-14T10:00:00Z"),
        "time-too-exact",
    ),
    "a lead time to the second": (cell("annotations", lead_time="42.0"), "time-too-exact"),
    "a path of somebody's machine": (cell("articles", outlet="/home/anna/x"), "local-path"),
    "a path of somebody's machine in the card": (
        in_text("## Rights", "From /home/anna/x.\n\n## Rights"),
        "local-path",
    ),
    "a description that is no JSON": (
        added("croissant.json", b"{", summed=True),
        "croissant-broken",
    ),
    "another licence for machines": (croissant_changed, "croissant-differs"),
    "an event in two splits": (in_two(event_shared), "event-in-two-splits"),
    "an article in two splits": (in_two(article_shared), "article-in-two-splits"),
    "a sentence in two splits": (in_two(sentence_shared), "sentence-in-two-splits"),
    "near-duplicates in two splits": (in_two(nearly_the_same), "near-duplicate-in-two-splits"),
    "a split misnamed": (in_two(split_misnamed), "split-differs"),
    "a split that the ledger does not say": (in_two(split_of_ledger), "split-ledger-differs"),
    "no ledger of splits, where there is one": (
        gone("splits.parquet", summed=True),
        "split-ledger-missing",
    ),
    "no ledger of splits": (in_two(gone("splits.parquet", summed=True)), "split-ledger-missing"),
    "a ledger of splits without an article": (in_two(ledger_cut(1)), "split-ledger-lacks"),
    "a ledger of splits without a line": (in_two(ledger_cut(3)), "split-ledger-lacks"),
    "an article twice in the ledger of splits": (in_two(ledger_cut(-1)), "split-ledger-differs"),
    "a group that the ledger does not say": (
        in_two(cell("articles", group="g-new")),
        "split-ledger-lacks",
    ),
    "a broken ledger of splits": (
        in_two(added("splits.parquet", b"PAR1", summed=True)),
        "split-ledger-broken",
    ),
    "a split moved since the last release": (moved_since, "split-moved"),
    "a side changed in stance alone": (cell("stance", stance="Oppose"), "derived-differs"),
    "the words of a stance changed": (cell("stance", target="a truce"), "derived-differs"),
    "the speaker of a stance changed": (cell("stance", speaker="putin"), "derived-differs"),
    "the topic of a stance taken away": (cell("stance", topic=None), "derived-differs"),
    "the offset of a stance moved by one": (
        rows("stance", lambda found: found[0].update(start=found[0]["start"] + 1)),
        "derived-differs",
    ),
    "a stance twice": (
        recounted("stance", lambda found: found.append(found[0])),
        "derived-differs",
    ),
    "a stance dropped, all counted again": (
        recounted("stance", lambda found: found.pop()),
        "derived-missing",
    ),
    "a triple dropped, all counted again": (
        recounted("triples", lambda found: found.pop(), words="positions"),
        "derived-missing",
    ),
    "another entity in a triple": (cell("triples", entity="putin+macron"), "derived-differs"),
    "another outlet in a triple": (cell("triples", outlet="Somebody"), "derived-differs"),
    "a tag that no span has": (rows("bio", other_tag), "derived-differs"),
    "votes that nobody gave": (cell("stance", votes=7), "votes-differ"),
    "other shares of the votes": (
        cell("stance", soft=[{"label": "Oppose", "share": 1.0}]),
        "votes-differ",
    ),
    "an arrow dropped from what stands for a chunk": (
        rows("spans", relation_dropped),
        "answer-unknown",
    ),
    "an answer dropped, all counted again": (
        recounted("annotations", lambda found: found.pop(1)),
        "answers-differ",
    ),
    "a support that nobody gives": (cell("spans", support=9), "support-differs"),
    "a chunk that was decided left out": (
        recounted("spans", lambda found: found.pop()),
        "answer-missing",
    ),
    "weights of votes that there were not": (
        in_manifest(lambda m: m.update(weights={"annotator-aaaaaaaaaa": 1.0})),
        "weights-differ",
    ),
    "conflicts that there were not": (
        in_manifest(lambda m: m.update(chunks_in_conflict=4)),
        "undecided-differ",
    ),
    "another agreement than the card has": (
        in_manifest(lambda m: m.update(agreement=None)),
        "agreement-differs",
    ),
    "a withdrawn article that is there": (
        withdrawn(article_id="articles/call.txt"),
        "withdrawn-published",
    ),
    "a withdrawal from a later release": (withdrawn(releases=["0.2.0"]), "withdrawal-wrong"),
    "a withdrawal without a reason": (withdrawn(reason=""), "manifest-broken"),
    "a withdrawal told twice": (
        in_manifest(lambda m: m.update(withdrawn=[TOMBSTONE, TOMBSTONE])),
        "withdrawal-wrong",
    ),
}
