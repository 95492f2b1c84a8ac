"""Every form that articles come in, and the columns of those that have some."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from annotate.corpus import Metadata, Received, Rejected, Source, plan_inputs
from annotate.corpus.article import Prepared, prepare_article
from annotate.corpus.metadata import parse_metadata
from annotate.corpus.pieces import Piece
from annotate.corpus.read import read_piece
from annotate.corpus.records import RowReader
from annotate.workspace import ColumnSettings, PrepareSettings

if TYPE_CHECKING:
    from annotate.workspace import Workspace

TEXT = "The ferry is back.\nIrène Vale said “so”."
ROW = {"id": "x", "title": "Ferry", "text": TEXT}
LINES = (json.dumps(ROW) + "\n").encode()
CSV = f'id,title,text\nx,Ferry,"{TEXT}"\n'.encode()


def parquet(rows: list[dict[str, object]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


FILES = {
    "a.txt": TEXT.encode(),
    "a.jsonl": LINES,
    "a.NDJSON": LINES,
    "a.json": json.dumps([ROW], indent=2).encode(),
    "a.csv": CSV,
    "a.tsv": CSV.replace(b",", b"\t"),
    "a.parquet": parquet([ROW]),
    "a.html": TEXT.encode(),
    "a.htm": TEXT.encode(),
}


def read(
    workspace: Workspace, name: str, data: bytes, settings: PrepareSettings | None = None
) -> list[Received | Rejected]:
    (workspace.articles / name).write_bytes(data)
    items = [item for item in plan_inputs(workspace).inputs if item.path.name == name]
    return list(read_piece(Piece(items[0]), settings or PrepareSettings()))


def texts(results: list[Received | Rejected]) -> list[str]:
    return [each.raw if isinstance(each, Received) else each.code for each in results]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("packing", ["", ".gz", ".zip"])
def test_every_form_is_read_packed_or_not(workspace: Workspace, name: str, packing: str) -> None:
    data = FILES[name]
    if packing == ".gz":
        data = gzip.compress(data)
    if packing == ".zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(f"deep/{name}", data)
        data = file.getvalue()
    (received,) = read(workspace, name + packing, data)
    assert isinstance(received, Received)
    assert received.raw == TEXT
    assert received.form == ("html" if ".htm" in name else "text")
    inner = f"!deep/{name}" if packing == ".zip" else ""
    assert received.source.path == f"articles/{name}{packing}{inner}"
    assert len(received.source.sha256 or "") == 64


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("<p>The ferry is back.</p>\n<p>It sails at noon.</p>", "html"),
        ("\n<!-- wp:paragraph -->\n<P class=a>The ferry is back.</P>", "html"),
        ("<h2>Ferry</h2>The ferry is back.", "html"),
        ("<!DOCTYPE html><title>Ferry</title>The ferry is back.", "html"),
        ("<p> begins a paragraph, said the ferry's clerk.", "text"),
        ("<b>The ferry</b> is back.", "text"),
        ("<pre-war> ferries </pre>", "text"),
        ("The ferry is back.<p>It sails at noon.</p>", "text"),
        ("< The ferry", "text"),
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.parquet"])
def test_a_text_that_begins_with_a_block_of_html_is_read_as_a_page(
    workspace: Workspace, name: str, text: str, form: str
) -> None:
    row = {"id": "x", "content": text}
    data = json.dumps(row).encode() + b"\n"
    if name == "a.parquet":
        data = parquet([row])
    elif name == "a.csv":
        data = f'id,content\nx,"{text}"\n'.encode()
    (received,) = read(workspace, name, data)
    assert isinstance(received, Received)
    assert (received.form, received.raw) == (form, text)


def test_the_characters_of_such_a_text_are_traced_to_the_value_received() -> None:
    raw = "<p>The ferry of Mell is <b>back</b> &amp; sails at noon.</p>\n<p>So they said.</p>"
    found = RowReader(PrepareSettings()).article({"body": raw}, Source("a.jsonl", "0", None, 1))
    assert isinstance(found, Received)
    prepared = prepare_article(found, PrepareSettings())
    assert isinstance(prepared, Prepared)
    article = prepared.article
    assert article.text == "The ferry of Mell is back & sails at noon.\n\nSo they said."
    place = article.edited(raw).to_raw(article.text.index("&"), article.text.index("&") + 1)
    assert raw[slice(*place)] == "&amp;"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ('{"text": "one"}', ["one"]),
        ('[{"text": "one"}, 5, {"text": "two"}]', ["one", "bad_record", "two"]),
        ('{"articles": [{"text": "one"}, {"text": "two"}], "total": 2}', ["one", "two"]),
        ('{"text": "one", "comments": [{"text": "no"}]}', ["one"]),
        ('{"text":\n "one"}\n{"text":\n "two"}\n', ["one", "two"]),
        ('{"text": "one"}, ', ["one"]),
        ("[]", ["empty"]),
        ("", ["empty"]),
        ('{"text": "one"', ["bad_json"]),
        ("7", ["bad_record"]),
    ],
)
def test_a_json_file_holds_one_record_or_several(
    workspace: Workspace, data: str, found: list[str]
) -> None:
    assert texts(read(workspace, "a.json", data.encode())) == found


@pytest.mark.parametrize(
    ("row", "text", "metadata"),
    [
        (
            {"Headline": "T", "BODY": "b", "Pub-Date": "2025-03-06", "publisher": "Mell Mail"},
            "b",
            Metadata(title="T", published_at="2025-03-06", outlet="Mell Mail"),
        ),
        (
            {"articleText": "b", "source": {"id": None, "name": "Mell Mail"}, "lang": "en"},
            "b",
            Metadata(outlet="Mell Mail", language="en"),
        ),
        (
            {"content": "b", "link": "https://mell.example/1"},
            "b",
            Metadata(url="https://mell.example/1"),
        ),
        ({"text": None, "html": "<p>b"}, "<p>b", Metadata()),
        ({"text": "a", "html": "<p>b"}, "a", Metadata()),
        ({"text": None, "content": "c"}, "c", Metadata()),
        ({"text": " ", "body": "", "content": "c", "story": "d"}, "c", Metadata()),
        ({"text": "", "content": "c", "html": "<p>b"}, "<p>b", Metadata()),
        ({"text": "", "content": "c", "html": " "}, "c", Metadata()),
        ({"content": "c", "body": "b", "heading": "H", "title": "T"}, "b", Metadata(title="T")),
        ({"text": "b", "title": "  A \n title"}, "b", Metadata(title="A title")),
        ({"text": "b", "title": ["no"], "event": True, "url": 3.5}, "b", Metadata(url="3.5")),
    ],
)
def test_columns_are_found_by_their_common_names(
    workspace: Workspace, row: dict[str, object], text: str, metadata: Metadata
) -> None:
    (received,) = read(workspace, "a.jsonl", json.dumps(row).encode())
    assert isinstance(received, Received)
    assert (received.raw, received.metadata) == (text, metadata)
    assert received.form == ("html" if text.startswith("<p>") else "text")


def test_a_row_of_parquet_without_its_text_has_that_of_the_next_column(
    workspace: Workspace,
) -> None:
    rows: list[dict[str, object]] = [
        {"text": None, "content": "one"},
        {"text": None, "content": "o" * 2_000_000},
        {"text": "two", "content": "other"},
    ]
    settings = PrepareSettings(max_megabytes=1)
    found = read(workspace, "a.parquet", parquet(rows), settings)
    assert texts(found) == ["one", "too_large", "two"]
    (alone,) = read(workspace, "b.parquet", parquet([{"text": "two"}]))
    assert found[2].source.sha256 == alone.source.sha256


def test_in_place_of_a_named_column_of_texts_none_is_read(workspace: Workspace) -> None:
    settings = PrepareSettings(columns=ColumnSettings(text="main"))
    data = b'{"main": "", "text": "not this"}'
    assert texts(read(workspace, "a.jsonl", data, settings)) == ["empty"]


def test_settings_name_columns_that_nothing_else_tells(workspace: Workspace) -> None:
    settings = PrepareSettings(columns=ColumnSettings(text="Haupt Text", title="oben", id="nr"))
    data = "nr;oben;Haupt Text;text\n7;Fähre;Die Fähre ist zurück.;nicht das\n".encode()
    (received,) = read(workspace, "a.csv", data, settings)
    assert isinstance(received, Received)
    assert (received.id, received.raw) == ("7", "Die Fähre ist zurück.")
    assert received.metadata.title == "Fähre"


def test_a_named_column_goes_first_and_a_file_without_it_is_read_by_the_usual_names(
    workspace: Workspace,
) -> None:
    settings = PrepareSettings(columns=ColumnSettings(text="maintext_v2", outlet="src"))
    odd = b"src,maintext_v2,text,publisher\nKestrel,The ferry.,not this,nor this\n"
    usual = b"publisher,text\nSable,The bridge.\n"
    half = b"src,body\nVelin,The harbour.\n"
    lines = b'{"src": "A", "maintext_v2": "One."}\n{"outlet": "B", "content": "Two."}\n'
    files = {"odd.csv": odd, "usual.csv": usual, "half.csv": half, "wire.jsonl": lines}
    every = [each for name, data in files.items() for each in read(workspace, name, data, settings)]
    assert [(each.metadata.outlet, each.raw) for each in every if isinstance(each, Received)] == [
        ("Kestrel", "The ferry."),
        ("Sable", "The bridge."),
        ("Velin", "The harbour."),
        ("A", "One."),
        ("B", "Two."),
    ]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("MAINTEXT V2,text", "one"),  # the only one alike
        ("maintext-v2,maintext_v2", "two"),  # exact goes before alike
        ("maintext-v2,Maintext.V2,text", "three"),  # of two alike neither is meant
        ("body,text", "two"),
    ],
)
def test_a_named_column_is_found_in_another_spelling_where_one_alone_is_alike(
    workspace: Workspace, head: str, found: str
) -> None:
    settings = PrepareSettings(columns=ColumnSettings(text="maintext_v2"))
    row = ",".join(["one", "two", "three"][: head.count(",") + 1])
    (received,) = read(workspace, "a.csv", f"{head}\n{row}\n".encode(), settings)
    assert isinstance(received, Received)
    assert received.raw == found


def test_a_table_without_a_text_says_which_columns_it_has(workspace: Workspace) -> None:
    rows: list[dict[str, object]] = [{"price": 1, "Ort": "x"}]
    (csv,) = read(workspace, "a.csv", b"price,Ort\n1,x\n")
    (parquet_file,) = read(workspace, "a.parquet", parquet(rows))
    for rejected in (csv, parquet_file):
        assert isinstance(rejected, Rejected)
        assert rejected.code == "bad_table"
        assert "its columns are price, Ort;" in rejected.message
    wide = ",".join(f"c{number}" for number in range(25)) + "," + "w" * 500
    (rejected,) = read(workspace, "b.csv", wide.encode() + b"\n")
    assert isinstance(rejected, Rejected)
    assert "c18, c19 and 6 more;" in rejected.message
    (rejected,) = read(workspace, "c.csv", b"w" * 500 + b"\n1\n")
    assert isinstance(rejected, Rejected)
    assert f"its columns are {'w' * 40}…;" in rejected.message


def test_a_date_that_can_be_two_days_is_kept_as_it_is_written(workspace: Workspace) -> None:
    page = b'<html><head><meta name="date" content="03/05/2026"></head><body><p>A.</p></html>'
    (row,) = read(workspace, "a.csv", b"date,text\n03/05/2026,one\n")
    (whole,) = read(workspace, "b.html", page)
    assert isinstance(row, Received)
    assert isinstance(whole, Received)
    assert row.metadata.published_at == "03/05/2026"
    prepared = prepare_article(whole, PrepareSettings())
    assert isinstance(prepared, Prepared)
    assert prepared.article.metadata.published_at == "03/05/2026"
    table = parse_metadata(b"path,published_at\na.txt,03/05/2026\n", "articles/metadata.csv")
    assert table.rows[0].metadata.published_at == "03/05/2026"


def test_of_two_columns_that_fit_the_more_telling_one_is_read(workspace: Workspace) -> None:
    (received,) = read(workspace, "a.jsonl", b'{"content": "c", "body": "b"}\n')
    assert isinstance(received, Received)
    assert received.raw == "b"


def test_dates_and_numbers_of_parquet_become_metadata(workspace: Workspace) -> None:
    rows: list[dict[str, object]] = [
        {"uid": 1, "text": "one", "date": dt.date(2025, 3, 6), "author": ["A", "B"]},
        {"uid": 2, "text": None, "date": None, "author": None},
        {"uid": 3, "text": "three", "date": None, "author": []},
    ]
    one, none, three = read(workspace, "a.parquet", parquet(rows))
    assert isinstance(one, Received)
    assert one.metadata.published_at == "2025-03-06"
    assert (one.id, one.source.record) == ("articles/a.parquet#1", 1)
    assert isinstance(none, Rejected)
    assert (none.code, none.source.record) == ("bad_record", 2)
    assert texts([three]) == ["three"]


def test_a_date_of_parquet_that_no_calendar_has_is_none(workspace: Workspace) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    dates = pa.array([1_717_000_000_000, 1_717_000_000_000_000], pa.timestamp("ms"))
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["one", "two"], "date": dates}), file)
    found = read(workspace, "a.parquet", file.getvalue())
    assert texts(found) == ["one", "two"]
    days = [each.metadata.published_at for each in found if isinstance(each, Received)]
    assert days == ["2024-05-29T16:26:40", None]


def test_parquet_rows_that_are_not_utf8_do_not_stop_the_others(workspace: Workspace) -> None:
    found = read(workspace, "a.parquet", parquet([{"text": b"caf\xe9"}, {"text": b"two"}]))
    assert texts(found) == ["caf\ufffd", "two"]


def test_a_row_has_a_hash_of_its_own(workspace: Workspace) -> None:
    data = json.dumps([{"text": "one"}, {"text": "two"}]).encode()
    hashes = {each.source.sha256 for each in read(workspace, "a.json", data)}
    assert len(hashes) == 2
