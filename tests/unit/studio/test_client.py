"""What opening a server loads, without one that answers."""

from __future__ import annotations

import json
import subprocess
import sys

OPEN = """
import json, sys
from annotate.errors import RemoteError
from annotate.studio.client import Studio
try:
    Studio("http://127.0.0.1:1", "0" * 40)
except RemoteError as error:
    print(json.dumps([error.message, sorted(sys.modules)]))
"""
HEAVY = {
    "pandas",
    "numpy",
    "nltk",
    "boto3",
    "botocore",
    "azure",
    "faker",
    "datamodel_code_generator",
}


def test_opening_a_server_loads_no_part_of_the_sdk_that_reads_tables_or_clouds() -> None:
    """Those take 150 MB, and longer to load than many a push takes."""
    run = subprocess.run([sys.executable, "-c", OPEN], capture_output=True, check=True)
    message, loaded = json.loads(run.stdout)
    assert message == "Label Studio at http://127.0.0.1:1 cannot be reached"
    assert "label_studio_sdk.base_client" in loaded
    assert not HEAVY & set(loaded)
