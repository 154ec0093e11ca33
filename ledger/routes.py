"""PURE: a profile's route laid over one case: stages passed, stages skipped and why, when a quorum is met."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.conditions import Facts, first_false
from ledger.profile import Profile, Stage


@dataclass(frozen=True)
class Step:
    """One stage of a route as it applies to a case; a skipped one keeps the condition that did not hold."""

    stage: Stage
    position: int
    skipped: bool = False
    reason: str = ""


def route(profile: Profile, facts: Facts) -> list[Step]:
    """The stages of this case in order, skipped ones included; [] where nothing can be asked for."""
    stages = profile.stages(facts.regime, facts.sharing)
    missing = [first_false(stage.when, facts) for stage in stages]
    return [
        Step(stage, position, bool(reason), reason)
        for position, (stage, reason) in enumerate(zip(stages, missing, strict=True))
    ]


def walked(steps: Iterable[Step]) -> list[Step]:
    """The stages that take part."""
    return [step for step in steps if not step.skipped]


def quorum_met(stage: Stage, answers: int, holders: int) -> bool:
    """Have enough holders of the stage's role answered? Never more are wanted than there are."""
    if stage.quorum == "any":
        return answers >= 1
    wanted = holders if stage.quorum == "all" else min(int(stage.quorum), holders)
    return answers >= max(1, wanted)


def may_decide(steps: Sequence[Step], answered: Iterable[int]) -> bool:
    """Is the deciding stage reached: has every earlier stage, neither skipped nor optional, its quorum?"""
    done = set(answered)
    decisive = next((step.position for step in steps if step.stage.decides), len(steps))
    waited_for = [step for step in walked(steps) if step.position < decisive and not step.stage.optional]
    return all(step.position in done for step in waited_for)
