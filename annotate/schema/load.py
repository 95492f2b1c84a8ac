"""Reads a schema file and reports every problem of it at once, each with its line."""

from __future__ import annotations

from pathlib import Path

import yaml
from yaml.reader import ReaderError

from annotate.errors import ConfigError, InputError
from annotate.schema.checks import problems_of
from annotate.schema.model import Schema
from annotate.schema.problem import Problem
from annotate.schema.shape import fit
from annotate.schema.tree import Tree, read_tree

LABEL_CONFIG = "label_config"
_HINT = "correct the lines that are named, then run `annotate schema check`"


def load_schema(path: Path, name: str | None = None) -> Schema:
    """Read and check a schema file; raises `InputError` or `ConfigError`.

    `name` is what problems call the file, for when its own name does not tell it from another.
    """
    place = name or (
        f"{LABEL_CONFIG}/{path.name}" if path.parent.name == LABEL_CONFIG else path.name
    )
    name = name or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8, which every editor offers"
        raise ConfigError(f"{name} is not UTF-8 (byte {error.start})", hint) from None
    except OSError as error:
        raise InputError(
            f"cannot read the schema {place}: {error.strerror}",
            "`annotate init DIR` writes a schema to start from",
        ) from None
    return parse_schema(text, name)


def parse_schema(text: str, name: str) -> Schema:
    """Check the text of a schema; `name` stands before the line in every problem.

    Raises `ConfigError` whose `problems` are in the order of the lines.
    """
    tree = _tree(text, name)
    schema, shape = fit(tree)
    meaning = [item for item in problems_of(schema) if not _mended(item, shape)] if schema else []
    problems = [*tree.problems, *shape, *meaning]
    if schema is None or problems:
        raise _config_error(name, _lines(name, tree, problems))
    return schema


def _mended(problem: Problem, shape: list[Problem]) -> bool:
    return any(problem.path[: len(known.path)] == known.path for known in shape)


def _tree(text: str, name: str) -> Tree:
    try:
        tree = read_tree(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _config_error(name, [f"{name}:{line}: not valid YAML: {error.problem}"]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = f"not valid YAML: the character U+{error.character:04X}; delete it"
        raise _config_error(name, [f"{name}:{line}: {problem}"]) from None
    except RecursionError:
        raise _config_error(name, [f"{name}:1: nested too deeply"]) from None
    if not isinstance(tree.value, dict):
        problem = f"{name}:1: a schema is a mapping that begins with `schema:`"
        raise _config_error(name, [problem])
    return tree


def _lines(name: str, tree: Tree, problems: list[Problem]) -> list[str]:
    placed = sorted({(tree.line(problem.path), problem.message) for problem in problems})
    return [f"{name}:{line}: {_one_line(message)}" for line, message in placed]


def _one_line(message: str) -> str:
    """Keep a problem on its line, whatever a name in it holds."""
    return "\\n".join(message.splitlines())


def _config_error(name: str, problems: list[str]) -> ConfigError:
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    return ConfigError(f"{name} has {count}", _HINT, tuple(problems))
