"""The versioned dataset: tables, files, card and manifest, built from the ledgers."""
