"""What was withdrawn is named with its reason, and is not in the release."""

from __future__ import annotations

from collections import Counter

from annotate.release.proof.opened import MANIFEST, Findings, Manifest, Release, Tombstone
from annotate.release.proof.texts import Texts
from annotate.release.version import Version


def check_withdrawn(release: Release, texts: Texts, findings: Findings) -> None:
    """Hold the manifest's list of withdrawn articles against the articles that are there."""
    manifest = release.manifest
    if manifest is None:
        return
    counts = Counter(item.article_id for item in manifest.withdrawn)
    for name in sorted(name for name, count in counts.items() if count > 1):
        findings.add("withdrawal-wrong", f"{MANIFEST}, withdrawn, {name}", "is listed twice")
    for item in manifest.withdrawn:
        if item.article_id in texts:
            message = f"{item.article_id} is withdrawn, and is published all the same"
            findings.add("withdrawn-published", "articles", message)
        _check_holders(manifest, item, findings)


def _check_holders(manifest: Manifest, item: Tombstone, findings: Findings) -> None:
    """Expect the releases that hold it to be older than this one."""
    own = Version.parse(manifest.version)
    for name in item.releases:
        version = Version.parse(name)
        if version is None or (own is not None and version >= own):
            place = f"{MANIFEST}, withdrawn, {item.article_id}"
            findings.add("withdrawal-wrong", place, f"{name} is no release before this one")
