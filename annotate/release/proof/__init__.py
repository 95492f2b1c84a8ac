"""The parts of the proof of a release; `annotate.release.verify` puts them together."""
