"""What may be set about an emulator."""

from dataclasses import dataclass


@dataclass
class Options:
    """How this gateway behaves where Alipay's differs by product, and where it may be reached."""

    seed: int = 1
    base_url: str = "http://127.0.0.1"  # the front of codes and links, for browsers and phones
    own_url: str = ""  # the front of bills, for the server that called; empty: the same
    eager: bool = False  # precreate and page.pay create the trade at once, not when the buyer opens the cashier
    tell_created: bool = False  # a WAIT_BUYER_PAY notify when the trade is created
    notify_hosts: tuple[str, ...] = ()  # may get notifies besides loopback
