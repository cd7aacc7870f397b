"""Open pages that people write: villages, 一村一品, stories, shelves, campaigns. One kind of page, one short life."""

from datetime import date
from enum import StrEnum

from core.errors import Refused
from core.states import StateTable, step

MOST_TITLE, MOST_LEAD, MOST_BODY, MOST_PRODUCTS = 40, 120, 4_000, 24


class PageKind(StrEnum):
    """What a page is about."""

    VILLAGE = "village"
    SPECIALTY = "specialty"  # 一村一品
    STORY = "story"
    SHELF = "shelf"  # goods of a topic
    CAMPAIGN = "campaign"  # a shelf with a beginning and an end


class PageState(StrEnum):
    """Where a page stands. What is published stays seen while a newer version is written."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class PageAct(StrEnum):
    """What can be done with a page."""

    SUBMIT = "submit"
    PUBLISH = "publish"
    RETURN = "return"
    REWRITE = "rewrite"
    WITHDRAW = "withdraw"


_S, _A = PageState, PageAct
PAGE = StateTable(
    "page",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.SUBMIT): step(_S.SUBMITTED, "author"),
        (_S.SUBMITTED, _A.REWRITE): step(_S.DRAFT, "author"),
        (_S.SUBMITTED, _A.PUBLISH): step(_S.PUBLISHED, "platform"),
        (_S.SUBMITTED, _A.RETURN): step(_S.DRAFT, "platform"),
        (_S.PUBLISHED, _A.REWRITE): step(_S.DRAFT, "author"),
        (_S.PUBLISHED, _A.WITHDRAW): step(_S.WITHDRAWN, "author", "platform"),
        (_S.WITHDRAWN, _A.REWRITE): step(_S.DRAFT, "author"),
        (_S.DRAFT, _A.WITHDRAW): step(_S.WITHDRAWN, "author", "platform"),
    },
)


def check(
    *, title: str, lead: str, body: str, products: int, kind: PageKind, shows_from: date | None, shows_to: date | None
) -> None:
    """Raises: Refused "page-title-missing", "page-too-long" (most), "page-too-many-goods" (most), "page-days",
    "campaign-needs-days".
    """
    if not title.strip():
        raise Refused("page-title-missing")
    for text, most in ((title, MOST_TITLE), (lead, MOST_LEAD), (body, MOST_BODY)):
        if len(text) > most:
            raise Refused("page-too-long", most=most)
    if products > MOST_PRODUCTS:
        raise Refused("page-too-many-goods", most=MOST_PRODUCTS)
    if shows_from and shows_to and shows_to < shows_from:
        raise Refused("page-days")
    if kind is PageKind.CAMPAIGN and not (shows_from and shows_to):
        raise Refused("campaign-needs-days")
