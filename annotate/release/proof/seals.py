"""Every file is the one that was sealed: sums, manifest, digest in the card, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from annotate.release.files import file_sha256
from annotate.release.proof.opened import (
    CARD,
    DATA_FILE,
    MANIFEST,
    SUMS,
    Findings,
    Manifest,
    Part,
    Release,
)
from annotate.release.version import Version

_LINE = re.compile(r"(?P<sum>[0-9a-f]{64})  (?P<name>\S.*)")
PROGRAMS = frozenset(
    {".py", ".pyc", ".pyd", ".so", ".dll", ".exe", ".sh", ".bat", ".js", ".pkl", ".pickle"}
)


def check_seals(release: Release, findings: Findings) -> None:
    """Compare what is there with every sum that is told of it."""
    there = dict(_files(release.path, findings))
    sums = _sums(release.path, findings)
    if sums is not None:
        _compare(sums, there, findings)
    if release.manifest is not None:
        _check_manifest(release, release.manifest, there, findings)
        _check_version(release, release.manifest, findings)


def _files(path: Path, findings: Findings) -> list[tuple[str, str]]:
    """Give name and sum of every file; a link or a program is a finding."""
    found = []
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if name == ".gitattributes" or name.startswith(".cache/"):
            continue  # the Hub adds the one to a repository, its client the other to a download
        if file.is_symlink() and not _inside_cache(file):
            findings.add("file-link", name, "is a link, not a file")
        elif file.is_file():
            if file.suffix.lower() in PROGRAMS:
                findings.add("program-file", name, "is a program; a release loads without any")
            found.append((name, file_sha256(file)))
    return found


def _inside_cache(file: Path) -> bool:
    """Whether a link is one that the Hub's cache makes, from a snapshot into its blobs."""
    return file.resolve().parent.name == "blobs" and "snapshots" in file.parts


def _sums(path: Path, findings: Findings) -> dict[str, str] | None:
    try:
        lines = (path / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError:
        findings.add("sums-missing", SUMS, "is not there")
        return None
    except UnicodeDecodeError:
        findings.add("sums-broken", SUMS, "is not UTF-8")
        return None
    sums: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if not found or found["name"] in sums:
            findings.add("sums-broken", f"{SUMS}, line {number}", "is not a sum and a new name")
        else:
            sums[found["name"]] = found["sum"]
    return sums


def _compare(sums: dict[str, str], there: dict[str, str], findings: Findings) -> None:
    for name in sorted(sums.keys() - there.keys()):
        findings.add("file-missing", name, f"stands in {SUMS}, but is not there")
    for name in sorted(there.keys() - sums.keys() - {SUMS}):
        findings.add("file-unlisted", name, f"does not stand in {SUMS}")
    for name in sorted(sums.keys() & there.keys()):
        if sums[name] != there[name]:
            findings.add("file-changed", name, f"has another sum than {SUMS} says")


def _check_manifest(
    release: Release, manifest: Manifest, there: dict[str, str], findings: Findings
) -> None:
    """Compare the manifest with the data files, and the card with the manifest."""
    parquet = {name for name in there if name.endswith(".parquet") and "/" in name}
    for name in sorted(manifest.files.keys() - there.keys()):
        findings.add("file-missing", name, f"stands in {MANIFEST}, but is not there")
    for name in sorted(parquet - manifest.files.keys()):
        findings.add("file-unlisted", name, f"does not stand in {MANIFEST}")
    for name in sorted(name for name in manifest.files if not DATA_FILE.fullmatch(name)):
        message = "is no CONFIG/SPLIT-00000-of-00001.parquet, so no proof has looked at it"
        findings.add("file-astray", name, message)
    for name, told in manifest.files.items():
        if there.get(name, told.sha256) != told.sha256:
            findings.add("manifest-file-differs", name, f"has another sum than {MANIFEST} says")
    for part in release.parts:
        told_rows = manifest.files[part.name].rows if part.name in manifest.files else None
        if told_rows not in {None, release.counts[part.name]}:
            message = f"has {release.counts[part.name]} rows, {MANIFEST} says {told_rows}"
            findings.add("manifest-count-differs", part.name, message)
    digest = f"sha256:{there.get(MANIFEST)}"
    for entry in _configs(release):
        if entry.get("description") != digest:
            place = f"{CARD}, config {entry.get('config_name')}"
            findings.add("card-digest-differs", place, f"does not give the sum of {MANIFEST}")


def check_row_sums(
    part: Part, manifest: Manifest, count: int, digest: str, findings: Findings
) -> None:
    """Compare the sum over the rows, which holds whatever program wrote the file."""
    told = manifest.files.get(part.name)
    if told is not None and told.rows_sha256 != digest:
        message = f"its {count} rows have another sum than {MANIFEST} says"
        findings.add("manifest-rows-differ", part.name, message)


def _check_version(release: Release, manifest: Manifest, findings: Findings) -> None:
    """One version everywhere; a folder of another kind of name, as the Hub's cache has, is none."""
    if Version.parse(manifest.version) is None:
        findings.add("version-differs", MANIFEST, f"{manifest.version!r} is no version")
        return
    if Version.parse(release.path.name) and release.path.name != manifest.version:
        message = f"says {manifest.version}, the folder is {release.path.name}"
        findings.add("version-differs", MANIFEST, message)
    parent = Version.parse(manifest.parent) if manifest.parent else None
    own = Version.parse(manifest.version)
    if manifest.parent and (parent is None or own is None or parent >= own):
        findings.add("version-differs", MANIFEST, f"its parent {manifest.parent} is not older")
    for entry in _configs(release):
        if str(entry.get("version")) != manifest.version:
            place = f"{CARD}, config {entry.get('config_name')}"
            findings.add("version-differs", place, f"is not of version {manifest.version}")
    title = next((line for line in release.body.splitlines() if line.startswith("# ")), "")
    if release.card is not None and not title.endswith(f" {manifest.version}"):
        findings.add("version-differs", CARD, f"its title does not end in {manifest.version}")


def _configs(release: Release) -> list[dict[str, object]]:
    entries = (release.card or {}).get("configs")
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]
