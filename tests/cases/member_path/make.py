from __future__ import annotations

import stat
import zipfile
from pathlib import Path

NAMES = (
    "deep/good.txt",
    "../up.txt",
    "/root.txt",
    "C:\\disk.txt",
    "inner.zip",
    "inner.txt.gz",
    "notes.docx",
    ".hidden.txt",
)


def make(articles: Path) -> None:
    text = Path(__file__).with_name("text.txt").read_text(encoding="utf-8")
    with zipfile.ZipFile(articles / "a.zip", "w") as file:
        for name in NAMES:
            file.writestr(name, text)
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("locked.txt", text)
    data = bytearray((articles / "a.zip").read_bytes())
    place = data.rfind(b"PK\x01\x02")  # the last entry of the list of files is locked.txt
    data[place + 8] |= 1
    (articles / "a.zip").write_bytes(data)
