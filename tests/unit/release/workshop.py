"""Takes a release apart and puts it together again: as it was, or broken in one place."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from annotate.corpus import prepare
from annotate.flows.init import SAMPLE, init
from annotate.release.build import publish
from annotate.release.croissant import croissant
from annotate.release.files import file_sha256, read_parquet, rows_sha256
from annotate.workspace import Workspace
from tests.unit.release.source import make_workspace

Json = dict[str, Any]


class Workshop:
    """A copy of a release that may be changed."""

    def __init__(self, release: Path, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(release, folder)

    def path(self, config: str, split: str = "train") -> Path:
        return self.folder / config / f"{split}-00000-of-00001.parquet"

    def rows(self, config: str, split: str = "train") -> list[Json]:
        return read_parquet(self.path(config, split))

    def write(self, config: str, rows: list[Json], split: str = "train") -> None:
        schema = pq.read_schema(self.path(config))
        self.path(config, split).parent.mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), self.path(config, split))

    def edit(self, config: str, change: Callable[[list[Json]], None], split: str = "train") -> None:
        rows = self.rows(config, split)
        change(rows)
        self.write(config, rows, split)

    def text(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new, 1), encoding="utf-8")

    @property
    def manifest(self) -> Json:
        found: Json = orjson.loads((self.folder / "MANIFEST.json").read_bytes())
        return found

    @manifest.setter
    def manifest(self, value: Json) -> None:
        data = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        (self.folder / "MANIFEST.json").write_bytes(data + b"\n")

    def in_manifest(self, change: Callable[[Json], None]) -> None:
        value = self.manifest
        change(value)
        self.manifest = value

    @property
    def card(self) -> Json:
        text = (self.folder / "README.md").read_text(encoding="utf-8")
        found: Json = yaml.safe_load(text.split("---\n", 2)[1])
        return found

    @card.setter
    def card(self, value: Json) -> None:
        path = self.folder / "README.md"
        body = path.read_text(encoding="utf-8").split("---\n", 2)[2]
        head = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
        path.write_text(f"---\n{head}---\n{body}", encoding="utf-8")

    def in_card(self, change: Callable[[Json], None]) -> None:
        value = self.card
        change(value)
        self.card = value

    def splits(self, config: str) -> list[str]:
        return sorted(path.name.split("-")[0] for path in (self.folder / config).glob("*.parquet"))

    def seal(self) -> None:
        """Make every sum and every count again, so that only the meaning is wrong."""
        manifest = self.manifest
        manifest["files"] = {
            path.relative_to(self.folder).as_posix(): {
                "sha256": file_sha256(path),
                "rows": len(read_parquet(path)),
                "rows_sha256": rows_sha256(read_parquet(path)),
            }
            for path in sorted(self.folder.glob("*/*.parquet"))
        }
        self.manifest = manifest
        self.in_card(self._seal_card)
        made = croissant(self.card, self.manifest)
        (self.folder / "croissant.json").write_bytes(orjson.dumps(made))
        self.sums()

    def _seal_card(self, card: Json) -> None:
        digest = file_sha256(self.folder / "MANIFEST.json")
        for entry in card["configs"]:
            name = entry["config_name"]
            entry["description"] = f"sha256:{digest}"
            entry["data_files"] = [
                {"split": split, "path": f"{name}/{split}-00000-of-00001.parquet"}
                for split in self.splits(name)
            ]
        for info in card["dataset_info"]:
            info["splits"] = [
                {
                    "name": split,
                    "num_bytes": pq.read_table(self.path(info["config_name"], split)).nbytes,
                    "num_examples": len(self.rows(info["config_name"], split)),
                }
                for split in self.splits(info["config_name"])
            ]

    def sums(self) -> None:
        """Make SHA256SUMS again, and nothing else."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        lines = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  "
            f"{path.relative_to(self.folder).as_posix()}\n"
            for path in files
            if path.name != "SHA256SUMS"
        ]
        (self.folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def whole_release(folder: Path) -> Path:
    """A release as `annotate publish` makes it, with its Croissant description."""
    workspace = make_workspace(folder / "news")
    report = publish(workspace)
    assert report.path
    shop = Workshop(workspace.root / report.path, folder / "whole" / str(report.version))
    shop.seal()
    return shop.folder


def two_splits(shop: Workshop) -> None:
    """Put the article that nobody answered about into a split `test`."""
    for config in ("articles", "annotations"):
        rows = shop.rows(config)
        mine = [row for row in rows if row["article_id"] == "articles/row.txt"]
        rest = [row for row in rows if row["article_id"] != "articles/row.txt"]
        assert mine
        assert rest
        for row in mine:
            if "split" in row:
                row["split"] = "test"
        shop.write(config, mine, "test")
        shop.write(config, rest)
    ledger(shop)
    shop.text("README.md", "| train | 2 | 3 | 3 |", "| train | 1 | 2 | 3 |\n| test | 1 | 1 | 0 |")
    shop.seal()


def ledger(shop: Workshop) -> None:
    rows = [
        {"group": row["group"], "article_id": row["article_id"], "split": split}
        for split in shop.splits("articles")
        for row in shop.rows("articles", split)
    ]
    pq.write_table(pa.Table.from_pylist(rows), shop.folder / "splits.parquet")


def sample_workspace(folder: Path) -> Workspace:
    """The sample with its recorded ledger, prepared from the real files."""
    init(folder, sample=True)
    workspace = Workspace.find(folder)
    prepare(workspace)
    shutil.copytree(SAMPLE / "labels", workspace.labels, dirs_exist_ok=True)
    return workspace
