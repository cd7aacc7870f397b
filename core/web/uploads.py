"""What a form's file fields send: the one way in, whichever floor asks."""

from collections.abc import Callable

from flask import request
from werkzeug.datastructures import FileStorage

from core.errors import Refused
from core.files import services as files
from core.files.models import Audience, StoredFile
from core.files.services import Upload
from core.web.access import actor

MOST_AT_ONCE = 20
"""As many of one field are looked at; how many a case may have is the service's to say."""

Take = Callable[..., StoredFile]


def chosen(field: str, most: int = MOST_AT_ONCE) -> list[FileStorage]:
    """The files that were really chosen: a browser sends an empty one where none was."""
    return [file for file in request.files.getlist(field) if file.filename][:most]


def photos(field: str = "photos") -> list[Upload]:
    """The chosen pictures as a service takes them in."""
    return [Upload(file.stream, file.filename or "") for file in chosen(field)]


def keep(
    file: FileStorage, purpose: str, *, take: Take = files.take_paper, audience: Audience = Audience.PARTIES,
    own: bool = False,
) -> int:  # fmt: skip
    """One file kept for the actor's office, or for the person alone (`own`). → its id.

    `take`: what it may be (`files.take_paper`, `take_picture`, `take_invoice`). Raises: Refused as that does.
    """
    by = actor()
    owner = None if own else by.office_id
    return take(file.stream, name=file.filename or "", purpose=purpose, by=by, audience=audience, owner_id=owner).id


def find(
    field: str, purpose: str, *, take: Take = files.take_paper, audience: Audience = Audience.PARTIES, own: bool = False
) -> int | None:
    """The file of a field, kept; None where none was chosen. Raises: Refused as `keep`."""
    sent = chosen(field, 1)
    return keep(sent[0], purpose, take=take, audience=audience, own=own) if sent else None


def needed(field: str, purpose: str, *, own: bool = False) -> int:
    """As `find`. Raises: Refused "paper-needed" where none was chosen."""
    file_id = find(field, purpose, own=own)
    if file_id is None:
        raise Refused("paper-needed")
    return file_id
