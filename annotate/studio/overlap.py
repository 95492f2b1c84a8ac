"""How many people are to answer each chunk: some articles go to several, drawn by a seed."""

from __future__ import annotations

import hashlib

from annotate.workspace import StudioSettings

_RANGE = 1 << 64


def is_shared(article_id: str, settings: StudioSettings) -> bool:
    """Draw an article for several people; the same whatever other articles there are."""
    if not settings.overlap_share:
        return False
    drawn = hashlib.sha256(f"{settings.overlap_seed} {article_id}".encode("utf-8", "replace"))
    return int.from_bytes(drawn.digest()[:8], "big") < settings.overlap_share * _RANGE


def wanted_overlap(article_id: str, settings: StudioSettings) -> int:
    """How many people are to answer the chunks of an article."""
    if is_shared(article_id, settings):
        return settings.overlap_annotators
    return settings.annotators_per_chunk
