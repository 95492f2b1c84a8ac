from __future__ import annotations

import numpy as np
import pytest

from annotate.corpus.lines import Lines
from annotate.corpus.words import grouped, whole_lines, words_of


def test_pages_share_nothing_however_many_there_are() -> None:
    lines = Lines.of(
        [f"The ferry of Mell sails\n\nNews\n\nPage {number}" for number in range(1100)]
    )
    shared = whole_lines(lines, words_of(lines))
    assert set(shared.count.tolist()) == {1}


def test_too_many_lines_are_refused_and_not_mixed_up() -> None:
    page, line = np.array([0, 1 << 12]), np.array([0, 1 << 24])
    with pytest.raises(ValueError, match="too many"):
        grouped(page, np.array([1, 1]), line)
