"""Pictures of a form."""

from flask import request

from market.rules.after_sale import MOST_PHOTOS
from market.services.dialogue import Upload


def photos(name: str = "photos") -> list[Upload]:
    """The chosen pictures, one more than allowed at most (the service says no to too many)."""
    chosen = [one for one in request.files.getlist(name) if one.filename]
    return [Upload(one.stream, one.filename or "") for one in chosen[: MOST_PHOTOS + 1]]
