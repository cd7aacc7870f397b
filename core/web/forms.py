"""Form fields that speak the house's units, and one way to say that input does not fit.

A field's data is the unit in its name: `YuanField` gives fen, `QuantityField` base units, `DayField` a date.
"""

import re
import unicodedata
from datetime import date, time
from typing import Any

from flask import g
from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.i18n import get_translations
from wtforms.widgets import TextInput

from core import money, text
from core.errors import Refused
from core.quantity import Unit, parse_sum, quantity_text

MOBILE = re.compile(r"^1[3-9]\d{9}$")
MAX_ID = 2**63 - 1
_INVISIBLE = {"Cc", "Cf", "Co", "Cn", "Cs"}


def clean(value: str | None) -> str:
    """NFC, outer blanks off, control, bidi and private characters out; line breaks stay."""
    folded = unicodedata.normalize("NFC", value or "")
    kept = (c for c in folded.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c) not in _INVISIBLE)
    return "".join(kept).strip()


class Form(FlaskForm):  # type: ignore[misc]
    """Parent of every form."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> Any:
            """WTForms' own sentences in Chinese."""
            return get_translations(("zh",))

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            filters = list(unbound_field.kwargs.get("filters", ()))
            if issubclass(unbound_field.field_class, StringField):
                filters.insert(0, clean)
            return unbound_field.bind(form=form, filters=filters, **options)

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        # The page that is shown again makes its form anew: it takes over what the refused one had to say.
        for name, errors in getattr(g, "form_errors", {}).get(type(self).__name__, {}).items():
            if name in self._fields:
                self._fields[name].errors = errors

    def require(self) -> None:
        """Go on only with valid input. Raises: Refused "form-invalid" (fields carry their own sentences)."""
        if not self.validate():
            g.form_errors = {**getattr(g, "form_errors", {}), type(self).__name__: dict(self.errors)}
            raise Refused("form-invalid", count=len(self.errors))


class ShortText(StringField):  # type: ignore[misc]
    """One line of at most `most` characters; `required` unless told otherwise."""

    def __init__(self, label: str = "", *, most: int = 200, required: bool = True, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.most, self.required = most, required

    def pre_validate(self, form: Any) -> None:
        value = self.data or ""
        if self.required and not value:
            raise ValidationError(text.sentence("field", "required"))
        if len(value) > self.most:
            raise ValidationError(text.sentence("field", "too-long", most=self.most))
        if "\n" in value and self.most <= 200:
            raise ValidationError(text.sentence("field", "one-line"))


class PhoneField(ShortText):
    """A mobile number."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and not MOBILE.match(self.data):
            raise ValidationError(text.sentence("field", "phone"))


class Parsed(Field):  # type: ignore[misc]
    """A text that becomes a value; what was typed is shown again when it does not fit."""

    widget = TextInput()
    data: Any

    def __init__(self, label: str = "", *, required: bool = True, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.required, self.typed = required, ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = clean(valuelist[0]) if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            self.data = self.parse(self.typed)
        except Refused as refusal:
            raise ValueError(text.sentence("refused", refusal.code, **refusal.facts)) from None

    def pre_validate(self, form: Any) -> None:
        if self.required and self.data is None and not self.errors:
            raise ValidationError(text.sentence("field", "required"))

    def _value(self) -> str:
        return self.typed or ("" if self.data is None else self.show(self.data))

    def parse(self, typed: str) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        return str(value)


class TicksField(Field):  # type: ignore[misc]
    """Ticked boxes of one name: the list of their values, at most `most`; the caller knows which may be."""

    def __init__(self, label: str = "", *, most: int = 100, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(dict.fromkeys(valuelist))[: self.most]


class YuanField(Parsed):
    """Yuan as typed, fen as data."""

    def __init__(self, label: str = "", *, least: int = 0, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.least = least

    def parse(self, typed: str) -> int:
        fen = money.parse_yuan(typed)
        if fen < self.least:
            raise Refused("amount-too-small", least_fen=self.least)
        return fen

    def show(self, value: Any) -> str:
        return money.plain_yuan(value)


class QuantityField(Parsed):
    """A quantity in `unit`, sums allowed ("19.2+16.7"); base units as data."""

    def __init__(self, label: str = "", *, unit: Unit, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.unit = unit

    def parse(self, typed: str) -> int:
        return parse_sum(typed, self.unit)

    def show(self, value: Any) -> str:
        return quantity_text(value, self.unit) if isinstance(value, int) else str(value)


class CountField(Parsed):
    """A whole number within bounds."""

    def __init__(self, label: str = "", *, least: int = 0, most: int = 1_000_000, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.least, self.most = least, most

    def parse(self, typed: str) -> int:
        folded = unicodedata.normalize("NFKC", typed)
        if not re.fullmatch(r"\d{1,12}", folded) or not self.least <= int(folded) <= self.most:
            raise Refused("number-out-of-bounds", least=self.least, most=self.most)
        return int(folded)


class ClockField(Parsed):
    """A time of the day on the county's clock: 08:30."""

    def parse(self, typed: str) -> time:
        try:
            return time.fromisoformat(typed).replace(tzinfo=None, second=0, microsecond=0)
        except ValueError:
            raise Refused("clock-unreadable") from None

    def show(self, value: Any) -> str:
        return f"{value:%H:%M}"


class DayField(Parsed):
    """A county day."""

    def parse(self, typed: str) -> date:
        try:
            return date.fromisoformat(typed)
        except ValueError:
            raise Refused("day-unreadable") from None
