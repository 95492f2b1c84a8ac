"""What a push will do, from the chunks, the ledger and the server, all by key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from annotate.studio.copies import Copies, Copy, kept, surplus
from annotate.studio.project import ProjectPlan
from annotate.studio.sent import Sending, Sent


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a chunk is to stand on the server: what is shown beside its text, and for how many.

    `model_version` names the rules that propose regions in it, None where none are to.
    """

    data_sha256: str
    text_sha256: str
    overlap: int
    model_version: str | None = None


@dataclass(frozen=True)
class PushPlan:
    """What a push will do. Pairs are of chunk id and task id; `create` is in sending order."""

    project: ProjectPlan
    create: tuple[str, ...] = ()
    present: int = 0
    change: tuple[tuple[str, int], ...] = ()  # tasks whose title or context is renewed
    overlap: tuple[tuple[str, int, int], ...] = ()  # and how many people are to answer them
    overlap_seen: tuple[tuple[str, int], ...] = ()  # what the ledger does not say of that
    surplus: tuple[tuple[str, int], ...] = ()  # copies to take off
    duplicates: int = 0  # copies that stay
    unrecorded: tuple[tuple[str, Copy], ...] = ()  # on the server, not in the ledger
    gone: tuple[str, ...] = ()  # sent once, and taken off the server by someone
    tombstones: tuple[tuple[str, int], ...] = ()  # in the ledger, and no longer on the server
    propose: tuple[str, ...] = ()  # standing chunks that these rules have not looked at yet

    @property
    def open(self) -> int:
        """How many things are still to be done on the server."""
        return len(self.create) + len(self.change) + len(self.overlap) + len(self.surplus)

    @property
    def is_done(self) -> bool:
        return self.open == 0


def plan_push(
    wanted: Mapping[str, Wanted],
    sending: Sending,
    copies: Copies | None,
    project: ProjectPlan,
    *,
    again: bool = False,
    repair: bool = False,
) -> PushPlan:
    """Compare the chunks, the ledger and the server, all by key.

    Without `copies` the ledger is taken at its word. A chunk that was taken off the server on
    purpose is sent again only with `again`; copies of other origin go only with `repair`.
    """
    there = _there(sending, copies)
    missing = [key for key in wanted if key not in there]
    gone = tuple(key for key in missing if key in sending.chunks and not again)
    here = [key for key in wanted if key in there]
    found: Copies = copies or {}
    extra = surplus(found, sending.batches, everyone=repair)
    return PushPlan(
        project=project,
        create=tuple(key for key in missing if key not in set(gone)),
        present=len(here),
        change=tuple(
            (key, there[key].task_id)
            for key in here
            if there[key].data_sha256 not in {None, wanted[key].data_sha256}
        ),
        overlap=tuple(
            (key, there[key].task_id, wanted[key].overlap)
            for key in here
            if there[key].overlap not in {None, wanted[key].overlap}
        ),
        overlap_seen=tuple(_seen_overlaps(wanted, sending, found)),
        surplus=extra,
        duplicates=sum(map(len, found.values())) - len(found) - len(extra),
        unrecorded=tuple(
            (key, kept(each)) for key, each in found.items() if _is_news(key, each, sending, wanted)
        ),
        gone=gone,
        tombstones=tuple(
            (key, sent.task_id)
            for key, sent in sending.present.items()
            if copies is not None and key not in copies
        ),
        propose=unproposed({key: wanted[key] for key in here}, sending),
    )


def unproposed(wanted: Mapping[str, Wanted], sending: Sending) -> tuple[str, ...]:
    """Find the chunks for which the ledger does not say what today's rules propose."""
    return tuple(
        key
        for key, each in wanted.items()
        if each.model_version is not None
        and (key not in sending.chunks or sending.chunks[key].model_version != each.model_version)
    )


def _seen_overlaps(
    wanted: Collection[str], sending: Sending, copies: Copies
) -> Iterator[tuple[str, int]]:
    """Find how many people are to answer each task, where the ledger says otherwise or nothing."""
    for key in wanted:
        if key in copies:
            seen, sent = kept(copies[key]).overlap, sending.chunks.get(key)
            if seen is not None and (sent is None or sent.overlap != seen):
                yield key, seen


def _there(sending: Sending, copies: Copies | None) -> Mapping[str, Sent | Copy]:
    if copies is None:
        return sending.present
    return {key: kept(each) for key, each in copies.items()}


def _is_news(
    key: str, copies: Sequence[Copy], sending: Sending, wanted: Mapping[str, Wanted]
) -> bool:
    """Whether the ledger does not know which task is the chunk's."""
    sent = sending.chunks.get(key)
    known = sent is not None and sent.state == "present" and sent.task_id == kept(copies).task_id
    return key in wanted and not known
