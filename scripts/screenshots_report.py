"""Take the pictures of docs/quality.md: the report on the sample's answers, at two widths.

    python scripts/screenshots_report.py [FOLDER]

Exit status 1 when the page is wider than its window.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from annotate.flows.init import init
from annotate.quality.agreement import agreement
from annotate.quality.annotators import annotators
from annotate.quality.ledgers import pushed_chunks
from annotate.quality.report_page import render_report
from annotate.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
SIZES = ((1280, 900), (390, 844))
SERVER = "http://127.0.0.1:8080"  # only to draw links; nothing is asked of it


def write_report(folder: Path) -> Path:
    init(folder / "news", sample=True)
    workspace = Workspace.find(folder / "news")
    workspace.labels.mkdir(exist_ok=True)
    for file in (files("annotate") / "sample" / "labels").iterdir():
        (workspace.labels / file.name).write_bytes(file.read_bytes())
    page = folder / "report.html"
    found = agreement(workspace), pushed_chunks(workspace), SERVER, annotators(workspace)
    page.write_text(render_report(*found), encoding="utf-8")
    return page


def take(page: Page, width: int, folder: Path) -> bool:
    """Take both pictures; says whether the page fits."""
    page.screenshot(path=folder / f"report-{width}.png")
    heading = page.get_by_role("heading", name="The disagreements in the text")
    heading.evaluate("heading => heading.scrollIntoView()")
    page.screenshot(path=folder / f"text-{width}.png")
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    print(f"{width}: the page is {wide} wide")
    return wide <= width


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "quality"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        report = write_report(Path(scratch))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        fits = []
        for width, height in SIZES:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(report.as_uri())
            fits.append(take(page, width, folder))
        browser.close()
    return 0 if all(fits) else 1


if __name__ == "__main__":
    sys.exit(main())
