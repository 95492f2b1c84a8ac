"""The page of a review in a real browser: what it begins with, and what it will not let pass."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from annotate.flows.decide import tasks_of
from annotate.flows.demo import simulate
from annotate.labels.shelf import REVIEW
from annotate.quality.conflicts import find_conflicts
from annotate.quality.ledgers import decisions
from annotate.studio.project import need_project
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.studio.review import review_pull, review_push

pytest_plugins = ["tests.live.page_fixtures"]
pytestmark = pytest.mark.browser


def test_a_person_decides_on_the_page(sample, studio, annotator):
    push(sample, studio=studio)
    simulate(sample, studio, lambda _: None)
    pull(sample, studio=studio)
    conflicts = find_conflicts(sample)
    report = review_push(sample, studio=studio)
    chunk_id = min(conflicts, key=lambda key: len(conflicts[key].agreed.spans))
    conflict = conflicts[chunk_id]
    task = tasks_of(studio, sample)[chunk_id]
    annotator.open_task(report.address, task["id"])
    annotator.sees(task["data"]["text"][:20], regions=len(conflict.agreed.spans))

    annotator.key("Control+Enter")
    expect(annotator.page.get_by_text("Say what the versions differ in.")).to_be_visible()
    assert studio.task(task["id"])["annotations"] == []
    annotator.page.get_by_role("button", name="OK").click()
    for version in ("version A", "version B"):
        expect(annotator.page.get_by_text(version).first).to_be_attached()
    decision = annotator.page.locator(".an-decision")
    decision.get_by_label("boundary").click()
    annotator.write("review_why", "rule 4")
    annotator.page.keyboard.press("Enter")
    annotator.submit()
    review_pull(sample, studio=studio)
    decided = decisions(sample)[chunk_id]
    assert (decided.kinds, decided.why) == (("boundary",), "rule 4")
    annotation = decided.answer.annotation
    places = {(span.label, span.start, span.end) for span in annotation.spans}
    assert places == {(span.label, span.start, span.end) for span in conflict.agreed.spans}
    assert int(need_project(studio, sample, REVIEW)["id"]) == annotation.project_id
