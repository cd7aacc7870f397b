"""Handing out files by right."""

from flask import Blueprint, Response, send_file
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.errors import Missing
from core.files import services as files
from core.files.models import Audience, StoredFile
from core.web.access import current_actor, public

bp = Blueprint("files", __name__)


@bp.get("/files/<string(minlength=16, maxlength=32):token>")
@public
def show(token: str) -> ResponseReturnValue:
    """A file as its type says; foreign and unknown tokens are alike 404."""
    actor = current_actor()
    finance = actor is not None and actor.may(Right.AUDIT)
    file = files.readable(token, actor, finance=finance)
    if file is None:
        raise Missing("no-such-file")
    return send(file)


def send(file: StoredFile) -> Response:
    """A file whose reader was already asked for. Raises: Missing when its bytes are gone."""
    path = files.path_of(file.sha256)
    if file.erased_at is not None or not path.exists():
        raise Missing("no-such-file")
    shown = file.content_type.startswith("image/") or file.content_type == "application/pdf"
    answer = send_file(path, mimetype=file.content_type, as_attachment=not shown, download_name=file.name)
    is_open = file.audience is Audience.PUBLIC
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_open else "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
