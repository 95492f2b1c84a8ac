import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.errors import ConfigError, InputError
from annotate.schema import load_schema, parse_schema

Problems = Callable[[str], tuple[str, ...]]
Changed = Callable[[str, str], tuple[str, ...]]


def test_the_small_schema_of_these_tests_is_right(tiny: str) -> None:
    assert parse_schema(tiny, "schema.yaml").name == "tiny"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "definition: Who",
            "definiton: Who",
            "7: unknown key `definiton`; did you mean `definition`?",
        ),
        ("page: {title", "pages: {title", "27: unknown key `pages`; did you mean `page`?"),
        ("rules:\n", "xyzzy: 1\nrules:\n", "25: unknown key `xyzzy`"),
        ("version: 1.0.0\n", "", "1: missing key `version`"),
        ("key: w", "color: '#136dd2'", "8: missing key `key`; free: `w`, `s`, `d`, `1`, `2`"),
        ("names: [Valdor]", "names: []", "24: `names` must be a list with at least one item"),
        ("names: [Valdor]", "names: {a: b}", "24: `names` must be a list: [one, two]"),
        ("{id: 1,", "{id: one,", "26: `id` must be a whole number"),
        ('{title: "$title"}', "title", "27: `page` must be a mapping: {key: value}"),
        ('{title: "$title"}', "{context: maybe}", "27: `context` must be true or false"),
        ("text: Mark it.", "text: true", '26: `text` must be text; put it in quotes: "…"'),
        (
            'color: "#218074"',
            "color: #218074",
            "10: `color` is empty; a value that begins with # needs quotes",
        ),
        (
            "type: entities",
            "type: entitys",
            (
                "15: `type` is `choice`, `choices`, `entities`, `text`, not `entitys`; "
                "did you mean `entities`?"
            ),
        ),
        (
            "identical: allow",
            "identical: forbid",
            "21: `identical` is `allow`, `error`, not `forbid`",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(
    old: str, new: str, problem: str, changed: Changed
) -> None:
    assert changed(old, new) == (f"schema.yaml:{problem}",)


@pytest.mark.parametrize("word", ["on", "Off", "yes", "NO"])
def test_a_value_that_yaml_takes_for_true_or_false_is_refused(word: str, changed: Changed) -> None:
    message = f'the value `{word}` reads as true or false in YAML; write it in quotes: "{word}"'
    assert changed("[unsure]", f"[unsure, {word}]") == (f"schema.yaml:17: {message}",)


def test_norwegian_as_a_key_must_stand_in_quotes(tiny: str, problems: Problems) -> None:
    message = 'the key `no` reads as true or false in YAML; write it in quotes: "no"'
    assert problems(tiny + "clause_markers: {no: [;]}\n") == (f"schema.yaml:28: {message}",)
    assert parse_schema(tiny + 'clause_markers: {"no": [;]}\n', "x").clause_markers["no"] == (";",)


def test_a_key_that_stands_twice_is_not_silently_the_last(
    tiny: str, problems: Problems, changed: Changed
) -> None:
    assert changed("{id: 1,", "{id: 1, id: 2,") == (
        "schema.yaml:26: key `id` stands twice; the first is in line 26",
    )
    assert problems(tiny + "version: 2.0.0\n") == (
        "schema.yaml:28: key `version` stands twice; the first is in line 2",
    )
    twice = "version: 2.0.0\nversion: 3.0.0\n"
    assert [line[:15] for line in problems(tiny + twice)] == ["schema.yaml:28:", "schema.yaml:29:"]


@pytest.mark.parametrize("name", ["समर्थन", "สนับสนุน", "مؤيِّد", "e\u0301tat", "דעה", "不支持"])
def test_a_label_may_be_written_in_any_script(name: str, tiny: str) -> None:
    schema = parse_schema(tiny.replace("name: Support", f"name: {name}"), "x")
    assert schema.layer("stance").labels[0].name == name


def test_digits_are_keys_without_quotes_too(tiny: str) -> None:
    assert parse_schema(tiny.replace("key: a", "key: 1"), "x").label("Support").key == "1"
    assert parse_schema(tiny.replace("[Valdor]", "[2031-03-04]"), "x").entities[1].names == (
        "2031-03-04",
    )


def test_a_character_that_xml_cannot_hold_is_named(changed: Changed) -> None:
    message = "holds the character U+0007, which the labelling page cannot show"
    assert changed("Mark it.", '"ring \\a"') == (f"schema.yaml:26: {message}",)


def test_all_problems_come_at_once_in_the_order_of_the_lines(tiny: str, problems: Problems) -> None:
    text = tiny.replace("definition: Who", "definiton: Who").replace("version: 1.0.0", "version: 1")
    text = text.replace("to: stance", "to: stanse").replace("[Valdor]", "[FERRAN]")
    text = text.replace("key: w", "key: q")
    assert problems(text) == (
        "schema.yaml:2: version `1` must be three numbers like 1.0.0",
        "schema.yaml:7: unknown key `definiton`; did you mean `definition`?",
        "schema.yaml:8: key `q` of `Relay` is taken by `Speaker`",
        "schema.yaml:19: `to` names `stanse`, which is no label or layer; did you mean `stance`?",
        "schema.yaml:24: name `FERRAN` of `valdor` is also a name of `ferran`",
    )


def test_a_misspelt_key_hides_nothing_inside_it_and_is_not_missing_too(
    tiny: str, problems: Problems
) -> None:
    text = tiny.replace("layers:", "layer:").replace("relations:", "relation:")
    text = text.replace("key: w", "key: q").replace("to: stance", "to: nil")
    assert problems(text) == (
        "schema.yaml:3: unknown key `layer`; did you mean `layers`?",
        "schema.yaml:8: key `q` of `Relay` is taken by `Speaker`",
        "schema.yaml:18: unknown key `relation`; did you mean `relations`?",
        "schema.yaml:19: `to` names `nil`, which is no label or layer",
    )


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("{name: true, key: a}", '`name` must be text; put it in quotes: "…"'),
        ("{name: Support, key: }", "`key` is empty; a value that begins with # needs quotes"),
        ("Support", "item 1 of `labels` must be a mapping: {key: value}"),
        ("", "item 1 of `labels` is empty; a value that begins with # needs quotes"),
    ],
)
def test_a_mistake_inside_a_list_does_not_make_the_list_empty(
    label: str, problem: str, changed: Changed
) -> None:
    assert changed("{name: Support, key: a}", label) == (f"schema.yaml:12: {problem}",)


def test_a_missing_key_does_not_hide_a_mistake_of_meaning(tiny: str, problems: Problems) -> None:
    text = tiny.replace("{name: Relay, key: w}", "{name: Relay}").replace("to: stance", "to: nil")
    assert problems(text) == (
        "schema.yaml:8: missing key `key`; free: `w`, `s`, `d`, `1`, `2`",
        "schema.yaml:19: `to` names `nil`, which is no label or layer",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: a schema is a mapping that begins with `schema:`"),
        ("- one\n- two\n", "1: a schema is a mapping that begins with `schema:`"),
        (
            "schema: x\nlayers: [a\n",
            "3: not valid YAML: expected ',' or ']', but got '<stream end>'",
        ),
        (
            "schema: x\n\tversion: 1\n",
            ("2: not valid YAML: found character '\\t' that cannot start any token"),
        ),
        ("a: &x 1\nb: *x\n", "2: not valid YAML: `*x` repeats another part; write it out"),
        ("a: 1\n---\nb: 1\n", "2: not valid YAML: but found another document"),
        (
            "a: 1\nb: \U0001f600\x00",
            "2: not valid YAML: the character U+0000; delete it",
        ),
    ],
)
def test_what_is_no_schema_at_all_is_named_with_its_line(
    text: str, problem: str, problems: Problems
) -> None:
    assert problems(text) == (f"schema.yaml:{problem}",)


def test_endless_nesting_is_a_problem_and_not_a_crash(problems: Problems) -> None:
    assert problems("a: " + "[" * 5_000 + "]" * 5_000) == ("schema.yaml:1: nested too deeply",)


def test_a_shape_beyond_mending_is_still_only_a_config_error(problems: Problems) -> None:
    for text in ("layers: 3\n", "layers: [[[]]]\nschema: {}\n", "? [a]\n: b\n", "schema:\n"):
        assert problems(text)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read the schema schema\.yaml") as caught:
        load_schema(tmp_path / "schema.yaml")
    assert caught.value.hint == "`annotate init DIR` writes a schema to start from"


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "schema.yaml"
    file.write_bytes("schema: café".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"schema\.yaml is not UTF-8 \(byte 11\)") as caught:
        load_schema(file)
    assert caught.value.hint == "save it as UTF-8, which every editor offers"


def test_a_byte_order_mark_is_no_problem(tmp_path: Path, tiny: str) -> None:
    file = tmp_path / "schema.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + tiny.encode())
    assert load_schema(file).name == "tiny"


def test_the_error_counts_its_problems(tiny: str) -> None:
    with pytest.raises(ConfigError, match=r"^mine\.yaml has 2 problems$"):
        parse_schema(tiny.replace("1.0.0", "one").replace("$title", "$titel"), "mine.yaml")


_LINES = st.integers(0, 26)
_TOKENS = st.sampled_from(
    ["", "[", "{}", "- x", "a: b", "? :", "name: 1", "~", "labels: []", "*a", "&a", "!!int x", "no"]
) | st.text(max_size=20)


@given(st.lists(st.tuples(_LINES, _TOKENS, st.booleans()), min_size=1, max_size=3))
def test_no_spoiled_line_is_more_than_a_config_error(
    tiny: str, spoiled: list[tuple[int, str, bool]]
) -> None:
    lines = tiny.splitlines()
    for at, token, keep_indent in spoiled:
        indent = len(lines[at]) - len(lines[at].lstrip())
        lines[at] = " " * indent * keep_indent + token
    with contextlib.suppress(ConfigError):
        assert parse_schema("\n".join(lines), "x").labels
