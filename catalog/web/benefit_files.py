"""Papers and photos that come with agreements, claims and checks: kept for the office and whom it is shared with."""

from flask import request

from core.errors import Refused
from core.files import services as files
from core.files.models import Audience
from core.web.access import actor


def taken(field: str, purpose: str) -> int | None:
    """The id of the uploaded paper (PDF or picture); None where none was sent. Raises: Refused of `files`."""
    file = request.files.get(field)
    if file is None or not file.filename:
        return None
    kept = files.take_paper(
        file.stream,
        name=file.filename,
        purpose=purpose,
        by=actor(),
        audience=Audience.PARTIES,
        owner_id=actor().office_id,
    )
    return kept.id


def needed(field: str, purpose: str) -> int:
    """As `taken`. Raises: Refused "file-needed" where none was sent."""
    file_id = taken(field, purpose)
    if file_id is None:
        raise Refused("paper-needed")
    return file_id
