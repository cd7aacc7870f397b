"""What lifts products on a day: the dated weights and the verified effects of their suppliers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Protocol

from catalog.queries import income_effect
from catalog.queries.income_effect import Effect
from catalog.rules.ranking import DEFAULTS, PRIOR_BP, Merits, Weights, freshness, lifted, weights
from core import clock, settings

KEY = "search.weights"
settings.register(search__weights=DEFAULTS)


class Goods(Protocol):
    """What a product is ranked by."""

    @property
    def supplier_id(self) -> int: ...
    @property
    def listed_at(self) -> datetime: ...
    @property
    def service_bp(self) -> int | None: ...
    @property
    def is_certified(self) -> bool: ...


@dataclass(frozen=True)
class Standing:
    """The weights of a day and the effects of suppliers."""

    on: date
    weights: Weights
    effects: Mapping[int, Effect]

    @cached_property
    def begun(self) -> datetime:
        """When the day began."""
        return clock.day_start(self.on)

    def merits(self, goods: Goods) -> Merits:
        """What a product has. An effect counts only where money to households was verified."""
        effect = self.effects.get(goods.supplier_id)
        age = (self.begun - goods.listed_at).total_seconds() / 86_400
        return Merits(
            income=effect.score if effect is not None and effect.verified_fen > 0 else 0,
            certificate=10_000 if goods.is_certified else 0,
            service=PRIOR_BP if goods.service_bp is None else goods.service_bp,
            fresh=freshness(age),
        )

    def final(self, text: float, goods: Goods) -> float:
        """What a product is ordered by: the words' score, lifted."""
        return lifted(text, self.merits(goods).bonus_bp(self.weights))


def standing(supplier_ids: Collection[int], on: date) -> Standing:
    """Two statements, however many suppliers."""
    return Standing(on, weights(settings.value(KEY, on=on)), income_effect.latest(supplier_ids))
