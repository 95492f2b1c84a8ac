from collections.abc import Callable
from pathlib import Path

import pytest

import annotate.schema
from annotate.errors import ConfigError
from annotate.schema import Schema, load_schema, parse_schema

PACKAGE = Path(annotate.schema.__file__).parent
DATA = Path(__file__).parent / "data"
SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"  # the live tests open these, too
FILES = {
    "starter": PACKAGE / "starter.yaml",
    "sample": PACKAGE.parent / "sample" / "label_config" / "schema.yaml",
    **{file.stem: file for file in sorted(SCHEMAS.glob("*.yaml"))},
}


@pytest.fixture(scope="session")
def starter() -> Schema:
    return load_schema(FILES["starter"])


@pytest.fixture(scope="session")
def sample() -> Schema:
    return load_schema(FILES["sample"])


@pytest.fixture(scope="session")
def claims() -> Schema:
    return load_schema(FILES["claims"])


@pytest.fixture(scope="session")
def entities() -> Schema:
    return load_schema(FILES["entities"])


@pytest.fixture(scope="session", params=sorted(FILES))
def every(request: pytest.FixtureRequest) -> Schema:
    """Each schema that the project ships or tests with."""
    return load_schema(FILES[request.param])


@pytest.fixture(scope="session")
def tiny() -> str:
    """A small schema without a fault, as text to spoil."""
    return (DATA / "tiny.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def problems() -> Callable[[str], tuple[str, ...]]:
    def find(text: str) -> tuple[str, ...]:
        with pytest.raises(ConfigError) as caught:
            parse_schema(text, "schema.yaml")
        return caught.value.problems

    return find


@pytest.fixture(scope="session")
def changed(
    tiny: str, problems: Callable[[str], tuple[str, ...]]
) -> Callable[[str, str], tuple[str, ...]]:
    """Spoil one place of the small schema and give its problems."""

    def spoil(old: str, new: str) -> tuple[str, ...]:
        assert tiny.count(old) == 1, old
        return problems(tiny.replace(old, new))

    return spoil
