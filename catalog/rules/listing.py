"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class ProductState(StrEnum):
    """Where a product stands between its clerk, the township and the platform."""

    DRAFT = "draft"
    ORIGIN_CHECK = "origin_check"
    CONTENT_CHECK = "content_check"
    LISTED = "listed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
