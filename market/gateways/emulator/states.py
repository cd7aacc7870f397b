"""The life of a trade, as one table: (status, act) to status. What is not in it is refused with the code beside it.

Source: the trade states in the documents of alipay.trade.query and of the asynchronous notify.
"""

from enum import StrEnum


class Status(StrEnum):
    WAIT = "WAIT_BUYER_PAY"
    SUCCESS = "TRADE_SUCCESS"
    CLOSED = "TRADE_CLOSED"
    FINISHED = "TRADE_FINISHED"


class Act(StrEnum):
    PAY = "pay"
    CLOSE = "close"
    EXPIRE = "expire"  # nobody paid in time
    REFUND_PART = "refund-part"
    REFUND_ALL = "refund-all"
    FINISH = "finish"  # the refund window is over


TABLE: dict[tuple[Status, Act], Status] = {
    (Status.WAIT, Act.PAY): Status.SUCCESS,
    (Status.WAIT, Act.CLOSE): Status.CLOSED,
    (Status.WAIT, Act.EXPIRE): Status.CLOSED,
    (Status.SUCCESS, Act.REFUND_PART): Status.SUCCESS,
    (Status.SUCCESS, Act.REFUND_ALL): Status.CLOSED,
    (Status.SUCCESS, Act.FINISH): Status.FINISHED,
}

REFUSALS: dict[tuple[Status, Act], str] = {
    (Status.SUCCESS, Act.PAY): "ACQ.TRADE_HAS_SUCCESS",
    (Status.FINISHED, Act.PAY): "ACQ.TRADE_HAS_SUCCESS",
    (Status.CLOSED, Act.PAY): "ACQ.TRADE_HAS_CLOSE",
    (Status.FINISHED, Act.REFUND_PART): "ACQ.TRADE_HAS_FINISHED",
    (Status.FINISHED, Act.REFUND_ALL): "ACQ.TRADE_HAS_FINISHED",
}


def refusal(status: Status, act: Act) -> str:
    """The sub code of a move the table does not allow."""
    return REFUSALS.get((status, act), "ACQ.TRADE_STATUS_ERROR")
