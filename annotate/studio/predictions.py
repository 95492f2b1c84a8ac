"""The regions that rules propose, sent with their task: a second push therefore adds none."""

from __future__ import annotations

from typing import Any

from annotate.labels.predict import Predictor, is_predicted
from annotate.schema import Schema
from annotate.studio.tasks import Task
from annotate.workspace import StudioSettings

Json = dict[str, Any]


class Proposals:
    """Predicted regions of those chunks that are to have them.

    Some have none, drawn by a seed: against them the bias of the others is measured.
    """

    def __init__(self, schema: Schema, settings: StudioSettings) -> None:
        self.settings = settings
        self._predictor = Predictor(schema)
        self.model_version = self._predictor.model_version

    def of(self, task: Task) -> list[Json]:
        """Give the predictions to send with a task: one, or none where nothing is proposed.

        An empty one would be shown as nothing, and yet count as the origin of the answer.
        """
        share, seed = self.settings.unpredicted_share, self.settings.overlap_seed
        if not self.settings.predictions or not is_predicted(task.chunk.id, share, seed):
            return []
        prediction = self._predictor.predictions_of(task.chunk, task.language)
        return [prediction] if prediction["result"] else []
