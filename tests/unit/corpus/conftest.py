from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from annotate.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = 'workspace_id = "0123456789"\nname = "ferry-news"\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "workspace"
    (root / "articles").mkdir(parents=True)
    (root / "annotate.toml").write_text(SETTINGS, encoding="utf-8")
    return Workspace.find(root)
