"""Record the sample's ledger again, from a real labelling run against a real Label Studio.

Two simulated annotators answer through the API, and a third those articles that are drawn for
three; one more person decides on what is tied, but for the last two chunks. What the server
gives back is kept verbatim in annotate/sample/labels, where unit tests and the sample release
take it from.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from annotate.corpus import prepare
from annotate.flows.demo import label
from annotate.flows.init import init
from annotate.studio.client import Studio
from annotate.studio.server import serving
from annotate.workspace import SETTINGS_FILE, Workspace

ROOT = Path(__file__).resolve().parent.parent
UNDECIDED = 2  # so that a card has some to count
SHARED = {
    "overlap_share = 0.0": "overlap_share = 0.4",
    "overlap_annotators = 2": "overlap_annotators = 3",
}


def say(line: str) -> None:
    print(line, file=sys.stderr)


def shared_sample(folder: Path) -> Workspace:
    """Make the sample workspace, with some articles that go to three people."""
    init(folder, sample=True)
    settings = (folder / SETTINGS_FILE).read_text(encoding="utf-8")
    for old, new in SHARED.items():
        assert old in settings, old
        settings = settings.replace(old, new)
    (folder / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    workspace = Workspace.find(folder)
    prepare(workspace)
    return workspace


def main() -> None:
    target = ROOT / "annotate" / "sample" / "labels"
    with tempfile.TemporaryDirectory() as scratch:
        workspace = shared_sample(Path(scratch) / "sample")
        with serving(workspace, progress=lambda _: None) as server:
            studio = Studio(server.url, server.login.token, workspace.settings.studio.timeout)
            label(workspace, studio, say=say, progress=lambda _: None, undecided=UNDECIDED)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(workspace.labels, target)
    subprocess.run([sys.executable, str(ROOT / "scripts" / "generate.py")], check=True)


if __name__ == "__main__":
    main()
