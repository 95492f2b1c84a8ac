import pytest

from annotate.schema import Schema


def test_the_starter_has_three_layers_and_fourteen_labels(starter: Schema) -> None:
    assert [layer.name for layer in starter.layers] == ["speaker", "stance", "topic"]
    assert "".join(label.key for label in starter.labels) == "qwasd123456789"
    assert len(starter.labels) == 14
    assert len(starter.rules) == 18
    assert (starter.name, starter.version) == ("news-stance", "1.0.0")


def test_a_layer_name_resolves_to_its_labels_and_a_label_to_itself(starter: Schema) -> None:
    assert starter.resolve(["stance", "Relay"]) == {"Support", "Oppose", "Neutral", "Relay"}


def test_a_name_that_is_neither_label_nor_layer_is_a_bug(starter: Schema) -> None:
    with pytest.raises(KeyError):
        starter.resolve(["Stance"])


def test_a_label_takes_its_layers_color_unless_it_has_its_own(starter: Schema) -> None:
    assert starter.color_of("Support") == starter.layer("stance").color
    assert starter.color_of("Oppose") == starter.label("Oppose").color != "#218074"


def test_every_topic_but_other_has_a_proposition(starter: Schema) -> None:
    topics = {label.name for label in starter.layer("topic").labels}
    assert {label.name for label in starter.labels if label.proposition} == topics - {"other"}
    assert starter.label("other").asks == "text"


def test_look_ups_find_what_the_file_says(starter: Schema) -> None:
    assert starter.layer_of("ceasefire") == "topic"
    assert starter.entity("macron").names[0] == "Emmanuel Macron"
    assert starter.attribute("voice").default == "attributed"
    assert starter.relation("says").from_ == ("Speaker",)
    assert starter.relation("says").to == ("stance",)
    assert starter.normalise.strip_leading == ("that",)
    assert set(starter.clause_markers) == {"en", "fr", "de", "es"}


def test_overlap_that_the_file_leaves_out_allows_nesting_only(entities: Schema) -> None:
    rule = entities.overlap_of("entity")
    assert (rule.identical, rule.nested, rule.crossing) == ("error", "allow", "error")


def test_a_schema_cannot_be_changed(starter: Schema) -> None:
    with pytest.raises(ValueError, match="frozen"):
        starter.name = "other"  # type: ignore[misc]


def test_the_sample_differs_from_the_starter_in_its_entities_only(
    starter: Schema, sample: Schema
) -> None:
    one, other = starter.model_dump(), sample.model_dump()
    assert one.pop("entities") != other.pop("entities")
    assert one == other


def test_the_sample_knows_the_cast(sample: Schema) -> None:
    ids = {entity.id for entity in sample.entities}
    assert ids == {
        *("vehn", "citadel", "ruza", "drevna", "dolan", "ostava", "ostava_mfa", "ferran"),
        *("marble_house", "brandt", "valdor", "nazar", "sarhan", "iaia", "oduya", "uns"),
        *("lindqvar", "kestrel", "drevna_now"),
    }
    assert "le président valdorien" in sample.entity("ferran").names
