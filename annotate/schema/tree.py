"""YAML as a plain tree that still knows its lines, without YAML's surprises.

Numbers and dates stay the text that was written. `on`, `off`, `yes`, `no` are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from annotate.schema.problem import Path, Problem

_BOOL = "tag:yaml.org,2002:bool"
_NULL = "tag:yaml.org,2002:null"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Tree:
    """`lines` holds the line, from 1, of every key and list item by its path."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Give the line of `path`, or of the nearest thing around it that the file has."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def take_as(self, written: Path, meant: Path) -> None:
        """Give what is read under the key `meant` the lines of the key that was written."""
        inside = {path: line for path, line in self.lines.items() if _starts(path, written)}
        self.lines |= {(*meant, *path[len(written) :]): line for path, line in inside.items()}


def _starts(path: Path, beginning: Path) -> bool:
    return path[: len(beginning)] == beginning


def read_tree(text: str) -> Tree:
    """Read one YAML document; raises `yaml.YAMLError` where the text is none."""
    _refuse_aliases(text)
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    tree = Tree(lines={(): 1})
    if node is not None:
        tree.value = _read(node, (), tree)
    return tree


def _refuse_aliases(text: str) -> None:
    """Stop at `*name`: aliases can make a small file endless."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            mark: Any = event.start_mark
            problem = f"`*{event.anchor}` repeats another part; write it out"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _read(node: yaml.Node, path: Path, tree: Tree) -> Any:
    tree.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, tree)
    if isinstance(node, yaml.SequenceNode):
        return [_read(item, (*path, at), tree) for at, item in enumerate(node.value)]
    return _scalar(node, path, tree)


def _mapping(node: yaml.MappingNode, path: Path, tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        line = key_node.start_mark.line + 1
        place = (*path, key)
        if key in found:
            again = (*place, "again", line)
            tree.lines[again] = line
            message = f"key `{key}` stands twice; the first is in line {tree.lines[place]}"
            tree.problems.append(Problem(again, message))
            continue
        tree.lines[place] = line
        if key_node.tag == _BOOL:
            tree.problems.append(Problem(place, _trap(key, "key")))
        found[key] = _read(value_node, place, tree)
    return found


def _scalar(node: yaml.Node, path: Path, tree: Tree) -> str | bool | None:
    text = str(node.value)
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if node.tag == _BOOL:
        tree.problems.append(Problem(path, _trap(text, "value")))
    if odd := _NOT_XML.search(text):
        message = f"holds the character U+{ord(odd[0]):04X}, which the labelling page cannot show"
        tree.problems.append(Problem(path, message))
    return text


def _trap(text: str, role: str) -> str:
    return f'the {role} `{text}` reads as true or false in YAML; write it in quotes: "{text}"'
