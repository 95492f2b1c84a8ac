"""What goes wrong between us and Label Studio, each failure in one line.

The SDK's own errors print response headers, the session cookie among them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from annotate.errors import AnnotateError, ConfigError, RemoteError

T = TypeVar("T")
_ADDRESS = "is the address that of Label Studio alone, http://HOST:PORT?"
PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})
UNREACHABLE, NOT_OURS = -1, -2  # no answer at all, and none of Label Studio's
BAD_REQUEST, UNAUTHORISED, NOT_FOUND, TOO_LARGE = 400, 401, 404, 413
TOO_LONG = frozenset({BAD_REQUEST, 414, 431})  # said of an address, or of its many parameters
SMALLER = "send fewer tasks at once: `batch_size` under [studio] in annotate.toml"


class DoubtfulError(RemoteError):
    """A write whose answer was lost: it may or may not have been carried out."""


class ImportRefusedError(RemoteError):
    """An import of which nothing was taken; `places` are the tasks that are to blame."""

    places: tuple[int, ...] = ()


def translated(call: Callable[[], T], url: str, *, writing: bool = False) -> T:
    """Make a call and turn whatever the SDK raises into one `RemoteError`."""
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    try:
        return call()
    except ApiError as error:
        raise _refused(error, url, writing=writing) from None
    except (httpx.ConnectError, httpx.ConnectTimeout):
        # Nothing was sent, so even a write is certain not to have happened.
        raise RemoteError(
            f"Label Studio at {url} cannot be reached",
            "is it running, and is the address right? `annotate serve` starts a local one",
            status=UNREACHABLE,
        ) from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise ConfigError(f"{url!r} is not the address of a server") from None
    except httpx.HTTPError as error:
        kind = DoubtfulError if writing else RemoteError
        raise kind(f"Label Studio at {url} broke off: {type(error).__name__}") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        kind = DoubtfulError if writing else RemoteError
        raise kind(
            f"the server at {url} does not answer like Label Studio",
            "check the address; a proxy or a login page may stand in front of it",
            status=NOT_OURS,
        ) from None
    except AnnotateError:
        raise
    except Exception as error:
        if type(error).__module__.startswith("label_studio_sdk"):
            raise RemoteError(f"Label Studio at {url}: {type(error).__name__}") from None
        raise


def _refused(error: Any, url: str, *, writing: bool) -> RemoteError:
    status = error.status_code
    if status in {401, 403}:
        return RemoteError(
            f"Label Studio at {url} does not accept the API key (status {status})",
            "check LABEL_STUDIO_API_KEY; a personal access token or a legacy token will do",
            status=status,
        )
    kind = DoubtfulError if writing and status in PASSING else RemoteError
    return kind(
        f"Label Studio at {url} answered {status}: {_reason(error.body)}",
        _remedy(status),
        status=status,
    )


def _remedy(status: int) -> str | None:
    if status in PASSING:
        return "nothing is lost; run the command again"
    if status == TOO_LARGE:
        return f"nothing of this request was taken; {SMALLER}"
    return _ADDRESS if status == NOT_FOUND else None


def _reason(body: Any) -> str:
    """Say what the server says is wrong, in at most one short line."""
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return "no reason given"
    if isinstance(body, dict):
        found = body.get("validation_errors") or body.get("detail") or body
        return " ".join(json.dumps(found, ensure_ascii=False).split())[:300]
    return "no reason given"


def blamed(error: RemoteError) -> ImportRefusedError:
    """Say which tasks of an import the server found fault with."""
    refused = ImportRefusedError(error.message, error.hint, status=error.status)
    refused.places = tuple(
        int(place) for place in re.findall(r"Error at item (\d+)", error.message)
    )
    return refused
