"""The release as Croissant 1.1 with the responsible-AI terms 1.0: what a machine reads of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotate.release.citation import bibtex

Json = dict[str, Any]
VERSION = "http://mlcommons.org/croissant/1.1"
RAI = "http://mlcommons.org/croissant/RAI/1.0"
TYPES = {
    "string": "sc:Text",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "bool": "sc:Boolean",
    "float32": "cr:Float32",
    "float64": "cr:Float64",
}
LICENSES = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-sa-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc-by-nc-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "mit": "https://opensource.org/license/mit",
}
_ALIASES = {
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "excludes": "cr:excludes",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "arrayShape": "cr:arrayShape",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    **_ALIASES,
}


def croissant(card: Mapping[str, Any], manifest: Mapping[str, Any]) -> Json:
    """Describe a release by its card's YAML and its manifest, and by nothing else.

    So whoever has the two can make it again, which is how it is proved.
    """
    features = {info["config_name"]: info["features"] for info in card["dataset_info"]}
    files = {entry["config_name"]: entry["data_files"] for entry in card["configs"]}
    publish = manifest["publish"]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [VERSION, RAI],
        "name": manifest["name"],
        "description": _description(card, manifest),
        "version": manifest["version"],
        "datePublished": manifest["date"],
        "license": LICENSES.get(publish["license"], publish["license"]),
        "inLanguage": card["language"],
        "keywords": card["tags"],
        "citeAs": bibtex(manifest, card["configs"][0]["description"]),
        **_responsible(manifest),
        "distribution": [
            _file(file["path"], manifest["files"][file["path"]]["sha256"])
            for entries in files.values()
            for file in entries
        ],
        "recordSet": [
            _record_set(config, file, features[config], alone=len(entries) == 1)
            for config, entries in files.items()
            for file in entries
        ],
    }


def _description(card: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    rows = {
        entry["config_name"]: sum(
            manifest["files"][file["path"]]["rows"] for file in entry["data_files"]
        )
        for entry in card["configs"]
    }
    counted = ", ".join(f"{config}: {count}" for config, count in rows.items())
    return (
        "News articles in which it is marked who takes which side on what. "
        f"Rows by config: {counted}."
    )


def _responsible(manifest: Mapping[str, Any]) -> Json:
    """Say in RAI terms what the manifest knows; nothing is said that nobody measured."""
    publish, schema = manifest["publish"], manifest["schema"]
    simulated = publish.get("simulated")
    who = (
        "The annotators are simulated: a program answered through Label Studio."
        if simulated
        else f"People answered in Label Studio ({publish['annotations_creators']})."
    )
    texts = (
        "Texts of the articles are not part of the release; offsets and hashes lead to them."
        if publish["rights"] == "standoff"
        else f"Texts of the articles: {publish['text_license']}."
    )
    aside = sum((manifest.get("set_aside") or {}).values())
    return {
        "rai:dataAnnotationProtocol": (
            f"Schema {schema['schema']} {schema['version']}. {who} What stands for a chunk is "
            f"chosen by the rule `{publish['aggregation']}`; every single answer is in "
            "`annotations`."
        ),
        "rai:dataAnnotationPlatform": ["Label Studio"],
        "rai:annotationsPerItem": "See the columns `answers` and `support` of `spans`.",
        "rai:dataReleaseMaintenancePlan": (
            "A release is never changed. Corrections and withdrawn articles make a new version."
        ),
        "rai:personalSensitiveInformation": [
            "Annotators stand under pseudonyms, times are rounded.",
            texts,
        ],
        "rai:dataLimitations": [
            f"Chunks without a decision, left out: {manifest.get('undecided_chunks', 0)}.",
            f"Of them with answers that differ: {manifest.get('chunks_in_conflict', 0)}.",
            f"Set aside because of a finding: {aside}.",
        ],
        "rai:dataUseCases": ["Research on reported positions, quotation and stance in news."],
        **({"rai:machineAnnotationTools": ["annotate demo"]} if simulated else {}),
    }


def _file(path: str, sha256: str) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "encodingFormat": "application/x-parquet",
        "sha256": sha256,
    }


def _record_set(
    config: str, file: Mapping[str, str], features: Sequence[Json], *, alone: bool
) -> Json:
    name = config if alone else f"{config}/{file['split']}"
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "field": list(_fields(features, name, file["path"])),
    }


def _fields(features: Sequence[Json], above: str, path: str) -> Iterator[Json]:
    for feature in features:
        inner = feature.get("list")
        field = _field(feature, above, path, feature["name"])
        if isinstance(inner, list):
            below = [item for item in inner if not isinstance(item.get("list"), list)]
            left = [item for item in inner if isinstance(item.get("list"), list)]
            parts = [
                _typed(_field(item, field["@id"], path, feature["name"], item["name"]), item)
                for item in below
            ]
            yield {**field, "repeated": True, **_unfolded(left), "subField": parts}
        else:
            yield _typed(field, feature)


def _field(feature: Json, above: str, path: str, column: str, inside: str | None = None) -> Json:
    name = f"{above}/{feature['name']}"
    source: Json = {"fileObject": {"@id": path}, "extract": {"column": column}}
    if inside is not None:
        source["transform"] = [{"jsonPath": inside}]  # of each item of the list
    return {"@type": "cr:Field", "@id": name, "name": name, "source": source}


def _typed(field: Json, feature: Json) -> Json:
    inner = feature.get("list")
    if inner is None:
        return {**field, "dataType": _data_type(feature.get("dtype"))}
    return {**field, "repeated": True, "dataType": _data_type(inner)}


def _unfolded(left: Sequence[Json]) -> Json:
    """Say what a list holds besides: mlcroissant 1.1 reads no list inside a list."""
    if not left:
        return {}
    lists = (
        f"`{item['name']}` ({', '.join(inner['name'] for inner in item['list'])})" for item in left
    )
    return {"description": f"In the file each of these also has the list {', '.join(lists)}."}


def _data_type(dtype: Any) -> str:
    """Spell a type; a class label is a word in the file."""
    if isinstance(dtype, Mapping):
        return TYPES[dtype["dtype"]] if isinstance(dtype.get("dtype"), str) else "sc:Text"
    return TYPES[str(dtype)]
