"""One month from raw files to the publication: the order of the steps, and what an interruption leaves."""

from __future__ import annotations

from collections.abc import Callable

from vigie.detection.monthly import facts_stage, intake_stage, model_stage, panel_stage, release_stage
from vigie.detection.monthly.context import AlreadyTold, Run
from vigie.detection.run_record import BLOCKING, Message
from vigie.kernel.errors import VigieError

STEPS = ("intake", "panel", "train", "score", "publish")


def run_month(run: Run, now: Callable[[], str]) -> bool:
    """Runs the steps; True when a publication (or the fresher facts) stands. The record says all, whatever happens."""
    try:
        intake_stage.take_in(run)
        if run.facts_only:
            run.record.facts["facts"] = facts_stage.publish_facts(run)
            run.record.end("done", at=now())
            return True
        panel_stage.build(run)
        model = model_stage.model_in_hand(run)
        model_stage.score_month(run, model)
        published = release_stage.publish(run, model)
    except VigieError as error:
        if not isinstance(error, AlreadyTold):
            run.record.say(Message(BLOCKING, str(error)))
        run.record.end("blocked", at=now())
        return False
    except BaseException:
        run.record.end("failed", at=now())
        raise
    run.record.facts["publication"] = published
    run.record.facts["checks"] = published["checks"]
    run.record.facts["drift"] = published["drift"]
    run.record.end("done", at=now())
    return True
