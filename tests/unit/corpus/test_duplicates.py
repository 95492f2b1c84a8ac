from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.corpus import duplicates
from annotate.corpus.duplicates import Keys, Twin, find_twins, resemblance, shared_keys
from annotate.corpus.samples import Samples
from annotate.corpus.shingles import WHOLE_WORDS, WINDOW, shingles, signature
from tests.unit.corpus.texts import nasty_texts

BRIDGE_WIRE = """\
The swing bridge at Ostermoor stayed open to shipping for six hours on Tuesday after a bearing in
its northern pier seized, leaving some four thousand commuters on the wrong side of the estuary.
“We heard a bang like a door slamming, and then nothing moved,” said bridge master Ilka Venn, who
was on duty when the span stopped halfway through its turn. Engineers from the harbour trust freed
the bearing by hand shortly before three in the afternoon. The trust's director, Pell Harrow, told
reporters that the part had been inspected in March and passed without remarks. “Either the
inspection was wrong or the grease was,” he said. The regional council has asked for a report by
the end of the month. Councillor Jonne Abbery, who chairs its transport committee, said the town
could not go on relying on a bridge from 1931. A replacement, priced at forty million crowns, was
voted down two years ago. The ferry company Lodestar ran two extra boats during the closure and
did not charge its passengers.
"""
BRIDGE_OTHER = """\
Thousands of people in Ostermoor could not get home on Tuesday when the town's old bridge jammed.
A seized bearing kept the span turned towards the sea from nine in the morning until nearly three,
the harbour trust said. Its director Pell Harrow promised to look into the last check of the part.
“Either the inspection was wrong or the grease was,” he told a crowded news conference. Passengers
crowded the quay, where the Lodestar company let everybody board for free. Mirre Tolland, a nurse,
had waited since ten. “My shift ended, my bus came, and then there was no road,” she said, laughing.
Schools on the southern bank kept children until evening. The council wants to know what happened,
and its transport committee will talk about a new crossing again in May, although a majority found
that too dear only two years ago. Ilka Venn, the bridge master, said that she had never seen the
like of it in nineteen years, and hoped never to see it again before she retires to her garden.
"""
PAGE = f"""\
Our evening edition gathers what the coast talked about. The herring fair in Sund drew nine hundred
visitors in spite of the rain, and the brass band of Little Marrow played until its sheets
dissolved.
{BRIDGE_WIRE}
In other news, the library of Quill will close on Mondays from autumn on. Librarian Tove Asker said
that the hours follow the readers, who come on Saturdays. A seal named Bruno, which had slept on the
steps of the customs house since Friday, went back to sea by itself on Tuesday night, to the regret
of a growing number of admirers. Fishermen in the outer islands report the best season for crab in
eleven years and the worst prices in twelve. The weather stays wet until Thursday at least. Sund
has a new choir for people who were told at school that they could not sing; forty came to the first
rehearsal, and nobody was sent away. “We begin with humming,” said its founder, the retired dentist
Aude Wick. Two brothers from Marrow have rebuilt the organ of the chapel on the cliff out of parts
which they found in barns, and will play on it at midsummer if the bellows hold. The museum of knots
asks whoever borrowed its largest piece, a door mat of eleven kilograms, to bring it back by night.
"""
BRIEF = (
    "A seal named Bruno, which had slept on the steps of the customs house since Friday, went back "
    "to sea by itself on Tuesday night, to the regret of a growing number of admirers."
)
HAN = (
    "周二上午北岸旋转桥的一个轴承卡死约四千名上班族被困在河口对岸桥长说她先听到一声巨响然后什么都不动了"
    "港务局的工程师在下午三点前用手工方法修好了轴承议会要求月底之前提交报告运输委员会主席表示小镇不能再依赖"
    "一九三一年的老桥渡轮公司在停运期间增开了两班船没有向乘客收费图书馆从秋天起每逢星期一闭馆"
)


def twins_of(
    texts: Sequence[str],
    rank: Sequence[int] | None = None,
    pushed: Sequence[int] = (),
    text_of: Callable[[int], str] | None = None,
) -> dict[int, Twin]:
    signatures = [signature(text) for text in texts]
    return find_twins(
        Keys.of([each.sample for each in signatures]),
        np.array([each.exact for each in signatures], np.uint64),
        np.array([each.words for each in signatures], np.int64),
        np.array(range(len(texts)) if rank is None else rank, np.int64),
        text_of or texts.__getitem__,
        np.array([number in pushed for number in range(len(texts))], bool),
    )


def invented(source: random.Random, count: int) -> list[str]:
    return [f"w{source.randrange(30_000)}" for _ in range(count)]


def edited(source: random.Random, words: list[str], changes: int) -> list[str]:
    """Replace words that stand at least five apart from each other and from the ends."""
    slots = source.sample(range(1, (len(words) - 1) // 5), changes)
    copy = list(words)
    for slot in slots:
        copy[slot * 5] = f"x{source.randrange(10**9)}"
    return copy


def runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def jaccard(first: list[str], second: list[str]) -> float:
    return len(runs(first) & runs(second)) / len(runs(first) | runs(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("“It’s late,” she SAID – twice.", "'It's late', she said: twice"),
        ("Das Café an der Großen Straße", "DAS CAFE\u0301 AN DER GROSSEN STRASSE"),
        ("an in\xadvis\u200bible\n\n hyphen", "An invisible hyphen"),
        ("Ὀδυσσεύς ΣΊΣΥΦΟΣ", "ὀδυσσεύσ σίσυφος"),
        ("中文字母，很好。", "中文 字母 很好"),
        ("ガラス", "カ\u3099ラス"),
        ("ภาษา ไทย", "ภาษาไทย"),
        ("한국어", "\u1112\u1161\u11ab국어"),
        ("\U00020000\U00020001 \U0001f600", "\U00020000 \U00020001"),
        ("plain Words", "plain words “”"),
    ],
)
def test_typography_does_not_count(first: str, second: str) -> None:
    assert signature(first)[:2] == signature(second)[:2]


@pytest.mark.parametrize(
    ("first", "second"),
    [("a b", "ab"), ("ab", "ba"), ("a b c", "a c b"), ("\U00020000", "\U00020001"), ("é", "e")],
)
def test_other_words_are_other_texts(first: str, second: str) -> None:
    assert signature(first).exact != signature(second).exact


@given(nasty_texts)
def test_any_text_has_one_signature_in_all_its_normal_forms(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    first, second = signature(text), signature(f"\n {decomposed}”")
    assert first[:2] == second[:2]
    assert first.sample.tolist() == second.sample.tolist()


@given(st.lists(st.sampled_from(["a", "bb", "été", "Ж"]), max_size=40))
def test_every_run_of_five_words_is_one_shingle(words: list[str]) -> None:
    found = shingles(" ".join(words))
    assert len(found) == len(runs(words))
    assert np.all(found[1:] > found[:-1])
    assert signature(" ".join(words)).words == len(words)


@given(st.integers(0, 2**32), st.integers(0, 300), st.integers(0, 300))
def test_samples_of_texts_with_a_window_of_shingles_in_common_meet(
    seed: int, before: int, after: int
) -> None:
    source = random.Random(seed)
    common = invented(source, WINDOW + 4)
    sides = (before, after), (after, before)
    texts = [" ".join(invented(source, a) + common + invented(source, b)) for a, b in sides]
    first, second = (signature(text) for text in texts)
    assert np.isin(first.sample, second.sample).any()
    assert np.isin(first.sample, shingles(texts[0])).all()


def test_a_short_text_keeps_all_its_shingles() -> None:
    text = " ".join(invented(random.Random(2), WHOLE_WORDS - 1))
    assert signature(text).sample.tolist() == shingles(text).tolist()
    assert len(signature(f"{text} more").sample) < WHOLE_WORDS / 2


def test_a_text_of_many_pieces_is_hashed_like_its_parts() -> None:
    words = invented(random.Random(3), 40_000)
    part = " ".join(words[17_000:17_200])
    assert np.isin(shingles(part), shingles(" ".join(words))).all()
    assert signature(" ".join(words)).words == len(words)
    assert signature("x" * 200_000 + "ß" * 200_000).words > 0


@given(nasty_texts, nasty_texts)
def test_resemblance_is_symmetrical_and_a_share(first: str, second: str) -> None:
    a, b = shingles(first), shingles(second)
    assert resemblance(a, b) == resemblance(b, a)
    assert all(0 <= value <= 1 for value in resemblance(a, b))


def test_outlets_that_report_the_same_event_stay_apart() -> None:
    assert twins_of([BRIDGE_WIRE, BRIDGE_OTHER]) == {}


def test_an_edited_wire_copy_points_at_the_first() -> None:
    copy = BRIDGE_WIRE.replace("some four thousand", "about 4,000").replace(
        "told\nreporters", "said"
    )
    copy = copy.replace("The ferry company Lodestar", "Lodestar, a ferry company,")
    found = twins_of([BRIDGE_WIRE, copy])
    exact = resemblance(shingles(BRIDGE_WIRE), shingles(copy))[0]
    assert found == {1: Twin(0, round(exact, 4), "near")}
    assert 0.5 < found[1].similarity < 1


def test_a_copy_with_other_quotes_case_and_spaces_is_the_same() -> None:
    copy = BRIDGE_WIRE.replace("“", '"').replace("”", '"').replace("\n", "\n\n").upper()
    assert twins_of([BRIDGE_WIRE, copy]) == {1: Twin(0, 1.0, "same")}


@pytest.mark.parametrize("part", [BRIDGE_WIRE, BRIEF], ids=["article", "brief"])
def test_a_copy_inside_a_longer_page_points_at_the_page(part: str) -> None:
    assert twins_of([PAGE, part]) == {1: Twin(0, 1.0, "contained")}


def test_a_longer_page_is_no_duplicate_of_a_part_of_it() -> None:
    assert twins_of([BRIDGE_WIRE, PAGE]) == {}


def test_short_briefs_with_a_changed_word_are_near_and_different_ones_are_not() -> None:
    other = "A heron named Olga has moved into the lighthouse of Quill and will not be disturbed."
    found = twins_of([BRIEF, BRIEF.replace("growing", "large"), other])
    assert {number: twin.kind for number, twin in found.items()} == {1: "near"}


@pytest.mark.parametrize("text", ["", "…", "Yes!", "Fog over Quill"])
def test_texts_without_five_words_are_only_compared_as_a_whole(text: str) -> None:
    found = twins_of([text, f"{text} ", f"{text} again"])
    assert found == ({1: Twin(0, 1.0, "same")} if signature(text).words else {})


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    copy = HAN.replace("四千", "五千").replace("巨响", "响声")
    found = twins_of([HAN, copy, HAN[::-1], HAN[20:60]])
    assert found == {
        1: Twin(0, round(resemblance(shingles(HAN), shingles(copy))[0], 4), "near"),
        3: Twin(0, 1.0, "contained"),
    }


def test_a_footer_of_two_hundred_words_makes_no_twins() -> None:
    source = random.Random(5)
    footer = invented(source, 200)
    texts = [" ".join(invented(source, 240) + footer) for _ in range(60)]
    asked: list[int] = []

    def text_of(number: int) -> str:
        asked.append(number)
        return texts[number]

    copy = len(texts)
    texts.append(" ".join(edited(source, texts[41].split(), 10)))
    assert set(twins_of(texts, text_of=text_of)) == {copy}
    assert len(asked) <= len(texts)


def test_five_hundred_near_copies_are_all_found() -> None:
    source = random.Random(6)
    words, footer = invented(source, 400), invented(source, 150)
    others = [" ".join(invented(source, 300) + footer) for _ in range(300)]
    copies = [" ".join(edited(source, words, 15) + footer) for _ in range(500)]
    texts = [*others, *copies, " ".join(words + footer)]
    found = twins_of(texts, [*range(1, len(texts)), 0])
    assert set(found) == set(range(300, 800))
    assert {twin.of for twin in found.values()} == {800}


def test_a_pushed_article_stands_for_itself_and_for_its_copies() -> None:
    near = BRIDGE_WIRE.replace("Tuesday", "Monday")
    assert twins_of([BRIDGE_WIRE, BRIDGE_WIRE, near], pushed=[1, 2]) == {0: Twin(1, 1.0, "same")}
    assert twins_of([BRIDGE_WIRE, near, near], [0, 1, 2], pushed=[2])[1] == Twin(2, 1.0, "same")
    assert twins_of([BRIDGE_WIRE] * 3, pushed=[0, 1, 2]) == {}


def test_copies_of_a_duplicate_point_at_its_representative() -> None:
    near = BRIDGE_WIRE.replace("Tuesday", "Monday")
    found = twins_of([near, BRIDGE_WIRE, near.upper()], [2, 0, 1])
    assert {twin.of for twin in found.values()} == {1}
    assert found[0] == found[2]


def test_what_repeats_only_a_duplicate_stands_for_itself() -> None:
    words = invented(random.Random(7), 400)
    texts = [" ".join(words[at : at + 200]) for at in (0, 60, 120)]
    assert set(twins_of(texts)) == {1}
    assert set(twins_of(texts, [1, 0, 2])) == {0, 2}


@pytest.mark.parametrize("between", [1, 5, 40])
def test_a_copy_is_found_behind_texts_that_hold_a_half_each(between: int) -> None:
    source = random.Random(10)
    words = invented(source, 200)
    halves = [
        " ".join(half)
        for _ in range(between)
        for half in (
            words[:100] + invented(source, 110),
            invented(source, 110) + words[100:],
        )
    ]
    texts = [" ".join(words), *halves, " ".join(edited(source, words, 2))]
    assert {number: twin.of for number, twin in twins_of(texts).items()} == {len(texts) - 1: 0}


def test_no_articles_have_no_twins() -> None:
    assert twins_of([]) == {}


@st.composite
def families(draw: st.DrawFn) -> list[str]:
    """Slices of a few texts, whole and edited, long and short, in a random order."""
    source = random.Random(draw(st.integers(0, 2**32)))
    texts = []
    for size in draw(st.lists(st.sampled_from([6, 30, 110, 260]), min_size=1, max_size=4)):
        words = invented(source, size)
        for _ in range(draw(st.integers(1, 5))):
            start = draw(st.integers(0, size // 2))
            changes = draw(st.integers(0, max(0, (size - start) // 12 - 1)))
            texts.append(" ".join(edited(source, words[start:], changes)))
    return draw(st.permutations(texts))


@given(families(), st.data())
@settings(max_examples=60, deadline=None)
def test_numbering_changes_nothing_and_each_twin_is_true(
    texts: list[str], data: st.DataObject
) -> None:
    numbers = list(range(len(texts)))
    rank = data.draw(st.permutations(numbers))
    pushed = data.draw(st.sets(st.sampled_from(numbers)))
    moved = data.draw(st.permutations(numbers))
    found = twins_of(texts, rank, pushed)
    again = twins_of(
        [texts[number] for number in moved],
        [rank[number] for number in moved],
        [place for place, number in enumerate(moved) if number in pushed],
    )
    assert found == {
        moved[place]: Twin(moved[twin.of], twin.similarity, twin.kind)
        for place, twin in again.items()
    }
    assert not found.keys() & (pushed | {twin.of for twin in found.values()})
    for number, twin in found.items():
        both = resemblance(shingles(texts[number]), shingles(texts[twin.of]))
        expected = {"same": 1.0, "near": both[0], "contained": both[1]}[twin.kind]
        assert twin.similarity == round(expected, 4)
        assert twin.similarity >= {"same": 1.0, "near": 0.5, "contained": 0.8}[twin.kind]


@given(families())
@settings(max_examples=60, deadline=None)
def test_what_stands_for_itself_repeats_no_other_that_does(texts: list[str]) -> None:
    ordered = sorted(texts, key=lambda text: -len(shingles(text)))
    found = twins_of(ordered)
    alone = [shingles(text) for number, text in enumerate(ordered) if number not in found]
    for place, later in enumerate(alone):
        for earlier in alone[:place]:
            near, contained = resemblance(earlier, later)
            assert near < 0.5
            assert contained < 0.8 or len(later) < 9


def test_planted_copies_among_five_thousand_are_found_and_no_others() -> None:
    source = random.Random(8)
    articles = [invented(source, source.choice([40, 90, 120, 300, 500])) for _ in range(4_000)]
    planted = {}
    for original in range(900):
        words = articles[original]
        most = (len(words) - 1) // 5 - 1
        copy = edited(source, words, source.randrange(min(most, len(words) // 9) + 1))
        planted[len(articles)] = original, jaccard(words, copy)
        articles.append(copy)
    for original in range(900, 1_000):
        words = articles[original]
        planted[original] = len(articles), 1.0
        articles.append(invented(source, 600) + words + invented(source, 60))
    found = twins_of(
        [" ".join(words) for words in articles],
        [0 if len(words) > 660 else 1 + number for number, words in enumerate(articles)],
    )
    likeness = [share for _, share in planted.values()]
    assert sum(share >= 0.55 for share in likeness) > 500
    assert sum(share <= 0.45 for share in likeness) > 100
    for copy, (original, share) in planted.items():
        if share >= 0.55:
            assert (found[copy].of, found[copy].similarity) == (original, round(share, 4))
        if share <= 0.45:
            assert copy not in found
    assert found.keys() <= planted.keys()


def test_more_keys_than_one_partition_holds_are_compared_from_a_file(tmp_path) -> None:
    drawn = np.random.default_rng(9).integers(0, 2**64, (48_000, 90), np.uint64)
    choice = np.uint64(1 << 24)  # the bit that says which of two partitions a key is in
    drawn[:1_500] |= choice
    drawn[1_500:3_000] &= ~choice
    drawn[45_000:, :70] = drawn[:3_000, :70]
    drawn.sort(axis=1)
    drawn.tofile(tmp_path / "keys")
    count = len(drawn)
    found = find_twins(
        Keys(np.memmap(tmp_path / "keys", np.uint64), np.arange(count + 1, dtype=np.int64) * 90),
        np.arange(count, dtype=np.uint64),
        np.full(count, 94),
        np.arange(count),
        lambda number: pytest.fail(f"asked for the text of {number}"),
        np.zeros(count, bool),
    )
    assert found == {45_000 + of: Twin(of, round(70 / 110, 4), "near") for of in range(3_000)}


@given(
    st.lists(
        st.lists(st.sampled_from(range(0, 40 << 24, 1 << 24)), max_size=25, unique=True),
        max_size=40,
    )
)
def test_shared_keys_are_counted_alike_in_memory_and_on_disk(samples: list[list[int]]) -> None:
    keys = Keys.of([np.array(sorted(each), np.uint64) for each in samples])
    holders = Counter(key for each in samples for key in each)
    plain = {
        (later, earlier): common
        for later in range(len(samples))
        for earlier in range(later)
        if (common := sum(holders[key] <= 6 for key in {*samples[later]} & {*samples[earlier]}))
    }
    for most_held, at_once in ((1 << 18, 1 << 16), (1 << 18, 2), (3, 2)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(duplicates, "_SLICE", most_held)
            patch.setattr(duplicates, "_AT_ONCE", at_once)
            found = [
                zip(*(column.tolist() for column in columns), strict=True)
                for columns in shared_keys(keys, 6)
            ]
        assert {(one, two): count for part in found for one, two, count in part} == plain


def test_texts_are_settled_alike_when_their_pairs_wait_on_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = random.Random(5)
    texts = []
    for _ in range(60):
        words = invented(source, 200)
        texts += [" ".join(edited(source, words, changes)) for changes in (0, 3, 12)]
    source.shuffle(texts)
    in_memory = twins_of(texts)
    samples = Samples()
    for text in texts:
        samples.add(text)
    monkeypatch.setattr(duplicates, "_SLICE", 10)
    monkeypatch.setattr(duplicates, "_AT_ONCE", 4)
    assert len(in_memory) > 60
    assert twins_of(texts) == in_memory
    ranked = twins_of(texts, rank=[-len(text) for text in texts])
    assert samples.twins(texts.__getitem__) == ranked
