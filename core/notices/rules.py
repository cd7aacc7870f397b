"""What may be told when and how: kinds, channels, quiet hours, and no person's numbers in a text. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from core.clock import COUNTY


class TextChannel(StrEnum):
    """By what a text leaves the house."""

    SMS = "sms"
    MAIL = "mail"
    WECOM = "wecom"
    DINGTALK = "dingtalk"


class NoticeKind(StrEnum):
    """What a notice is about."""

    ORDERS = "orders"
    PAYMENTS = "payments"
    CERTIFICATES = "certificates"
    LINKAGE = "linkage"
    RECALL = "recall"
    ACCESS = "access"
    SYSTEM = "system"


URGENT = frozenset({NoticeKind.RECALL, NoticeKind.ACCESS})
"""Told at once, at night as well: goods that must not be eaten, and codes that somebody waits for."""
OWED = URGENT | {NoticeKind.PAYMENTS, NoticeKind.LINKAGE}
"""What nobody may turn off: the law, a duty of ours or somebody's money hangs on it."""


ROBOT_HOSTS = {TextChannel.WECOM: "qyapi.weixin.qq.com", TextChannel.DINGTALK: "oapi.dingtalk.com"}
"""Where the robots of these two live (their own documentation); an address anywhere else is not one of theirs."""
OFFICE_CHANNELS = (TextChannel.MAIL, TextChannel.WECOM, TextChannel.DINGTALK)
OWN_CHANNELS = (TextChannel.MAIL,)
_MAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}")


def is_address(channel: TextChannel, address: str) -> bool:
    """Whether a text can be sent there by this channel."""
    if channel is TextChannel.MAIL:
        return len(address) <= 120 and _MAIL.fullmatch(address) is not None
    host = ROBOT_HOSTS.get(channel)
    return host is not None and len(address) <= 300 and address.startswith(f"https://{host}/") and address.isascii()


def shown(channel: TextChannel, address: str) -> str:
    """An address as a page may show it: enough to know it by."""
    if channel is TextChannel.MAIL:
        name, _, host = address.partition("@")
        return f"{name[:2]}***@{host}"
    return f"…{address[-4:]}"


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing leaves: from `start` to `end` of the county's day, over midnight where it is later."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        """Whether a time of day lies in it; the end does not."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


def quiet_of(value: list[str]) -> Quiet:
    """Out of the dated setting, ["22:00", "07:00"]."""
    start, end = (time.fromisoformat(one) for one in value)
    return Quiet(start, end)


def due_at(now: datetime, quiet: Quiet, kind: NoticeKind) -> datetime:
    """When a text may leave: now, or at the end of the quiet hours."""
    here = now.astimezone(COUNTY)
    if kind in URGENT or not quiet.holds(here.time()):
        return now
    end = here.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
    return (end if end > here else end + timedelta(days=1)).astimezone(now.tzinfo)


_NUMBERS = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx]|\d{15,19})(?!\d)")


def bare(text: str) -> str:
    """The text without what names a person: mobile, identity and account numbers keep their last two digits."""
    return _NUMBERS.sub(lambda found: f"****{found[0][-2:]}", text)
