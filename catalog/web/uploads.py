"""One uploaded document as a stored file of the person, read by whom a service lets read it."""

from flask import request

from core.errors import Refused
from core.files import services as files
from core.files.models import Audience
from core.web.access import actor


def taken(field: str, purpose: str) -> int:
    """The id of the uploaded file. Raises: Refused "file-empty" and those of `take_paper`."""
    found = find(field, purpose)
    if found is None:
        raise Refused("file-empty")
    return found


def find(field: str, purpose: str) -> int | None:
    """As `taken`; None where nothing was chosen."""
    file = request.files.get(field)
    if file is None or not file.filename:
        return None
    kept = files.take_paper(
        file.stream, name=file.filename, purpose=purpose, by=actor(), audience=Audience.PARTIES, owner_id=None
    )
    return kept.id
