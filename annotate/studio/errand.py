"""What a push has to bring about, in the project of one purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotate.studio.plan import Wanted
from annotate.studio.predictions import Proposing
from annotate.studio.purpose import Purpose


@dataclass(frozen=True)
class Errand:
    """`wanted` says by chunk how it is to stand there, `proposals` with which predictions."""

    purpose: Purpose
    wanted: Mapping[str, Wanted]
    proposals: Proposing
