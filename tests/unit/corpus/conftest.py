from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from annotate.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

# The laws of the corpus run with one of these, `HYPOTHESIS_PROFILE=long` names the other.
shared = settings.get_profile("shared")
settings.register_profile("normal", shared, max_examples=500)
settings.register_profile("long", shared, max_examples=10_000)

SETTINGS = 'workspace_id = "0123456789"\nname = "ferry-news"\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "workspace"
    (root / "articles").mkdir(parents=True)
    (root / "annotate.toml").write_text(SETTINGS, encoding="utf-8")
    return Workspace.find(root)
