"""The form of a promotion, for suppliers and the platform: yuan off or so many tenths of the price (折)."""

from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, SelectField

from core import clock
from core.text import label
from core.web.forms import CountField, DayField, Form, ShortText, YuanField
from market.rules.promotion import Bearer, Draft, PromotionKind


class PromotionForm(Form):
    """`off_bp` is typed as a percentage to take off: 15 is 八五折."""

    kind = SelectField(choices=[])
    name = ShortText(most=30)
    off_fen = YuanField(required=False)
    off_percent = CountField(required=False, least=1, most=99)
    cap_fen = YuanField(required=False, least=1)
    least_fen = YuanField(required=False)
    starts_on = DayField()
    ends_on = DayField()
    budget_fen = YuanField(required=False, least=1)
    per_person = CountField(required=False, least=1, most=9)
    most_coupons = CountField(required=False, least=1)
    is_closed = BooleanField()
    is_deep = BooleanField()

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.kind.choices = [(one.value, label(one)) for one in PromotionKind]
        for field, days in ((self.starts_on, 0), (self.ends_on, 14)):
            if field.data is None and not field.typed:
                field.data = clock.today() + timedelta(days=days)

    def draft(self, bearer: Bearer) -> Draft:
        """What was typed; the last day is meant whole."""
        after: date = self.ends_on.data + timedelta(days=1)
        return Draft(
            kind=PromotionKind(self.kind.data),
            bearer=bearer,
            name=self.name.data,
            starts_at=max(clock.now(), clock.day_start(self.starts_on.data)),
            ends_at=clock.day_start(after),
            off_fen=self.off_fen.data or 0,
            off_bp=(self.off_percent.data or 0) * 100,
            cap_fen=self.cap_fen.data,
            least_fen=self.least_fen.data or 0,
            budget_fen=self.budget_fen.data,
            per_person=self.per_person.data or 1,
            most_coupons=self.most_coupons.data,
            is_open=not self.is_closed.data,
            is_deep=bool(self.is_deep.data),
        )
