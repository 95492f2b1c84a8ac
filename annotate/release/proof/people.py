"""Who answered stays unknown: pseudonyms of one form, and no name, address or exact time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from annotate.release.proof.opened import Findings, Json, Part

PSEUDONYM = re.compile(r"annotator-[0-9a-f]{10}|unknown")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LOCAL_PATH = re.compile(r"(?:^|[\s'\"(=])(?:/(?:home|Users|root|tmp|var|mnt)/|[A-Za-z]:\\)")
_FOLDERS = (b"/home/", b"/Users/", b"/root/", b"/tmp/", b"/var/", b"/mnt/", b":\\")
LEAD_TIME = re.compile(r"\d+–\d+ s|\d+ s or more")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# These repeat what was published: an address in it is the outlet's, not an annotator's.
SOURCE_COLUMNS = frozenset({"text", "title", "tokens", "target", "url"})
_OF_TEXT = "?"  # before a speaker who is told by words of the text
_QUOTED = re.compile("“.*”")


class PeopleProof:
    """Looks for people in rows. `people` are names and addresses that must not be there."""

    def __init__(self, people: Iterable[str], findings: Findings) -> None:
        self.findings = findings
        known = sorted({name.strip() for name in people} - {""}, key=len, reverse=True)
        words = "|".join(re.escape(name) for name in known)
        self.named = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if known else None

    def look(self, part: Part, row: Json, line: bytes, number: int) -> None:
        """Check one row; `line` is its JSON, by which most rows are soon done with."""
        place = f"{part.name}, row {number}"
        if part.config == "annotations":
            self._annotator(row, place)
        suspect = b"@" in line or any(folder in line for folder in _FOLDERS)
        if suspect or (self.named and self.named.search(line.decode())):
            for column, text in strings(row):
                self.cell(column, text, place)

    def text(self, name: str, text: str) -> None:
        """Check a file of text, whose contact address is meant to be there."""
        if self.named and (found := self.named.search(text)):
            self.findings.add("person-named", name, f"names {_masked(found[0])}")
        if LOCAL_PATH.search(_QUOTED.sub("", text)):
            self.findings.add("local-path", name, "names a folder of somebody's machine")

    def settings(self, told: Json, place: str) -> None:
        """Check what a release repeats of the settings; `contact` may be an address."""
        for column, text in strings(
            {key: told[key] for key in told if key != "contact"}, "publish"
        ):
            self.cell(column, text, place)

    def _annotator(self, row: Json, place: str) -> None:
        if not PSEUDONYM.fullmatch(str(row["annotator"])):
            self.findings.add("pseudonym-form", f"{place}, annotator", "is no pseudonym of ours")
        if not DAY.fullmatch(str(row["created_at"])):
            self.findings.add("time-too-exact", f"{place}, created_at", "is more than a day")
        lead = row["lead_time"]
        if lead is not None and not LEAD_TIME.fullmatch(str(lead)):
            self.findings.add("time-too-exact", f"{place}, lead_time", "is no range of seconds")

    def cell(self, column: str, text: str, place: str) -> None:
        """Check the text of one cell."""
        where = f"{place}, {column}"
        source = column.rpartition(".")[2] in SOURCE_COLUMNS or text.startswith(_OF_TEXT)
        if found := EMAIL.search(text):
            message = f"holds the address {_masked(found[0])}"
            code = "email-in-source" if source else "email-found"
            self.findings.add(code, where, message, "warning" if source else "error")
        if source:
            return
        if LOCAL_PATH.search(text):
            self.findings.add("local-path", where, "names a folder of somebody's machine")
        if self.named and (found := self.named.search(text)):
            self.findings.add("person-named", where, f"names {_masked(found[0])}")


def strings(value: object, column: str = "") -> Iterator[tuple[str, str]]:
    """Give every string in a row with the dotted name of its column."""
    if isinstance(value, str):
        yield column, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from strings(item, f"{column}.{name}" if column else str(name))
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, column)


def _masked(found: str) -> str:
    """Show enough to find it, so that a report of the leak is not one more."""
    return f"{found[:2]}…{found[-2:]}"
