"""Pictures of conversations: for the sides of the case and for who decides it, nobody else."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.errors import Missing
from core.web import files
from core.web.access import actor, requires
from market.queries import dialogue

bp = Blueprint("case_photos", __name__)


@bp.get("/cases/photos/<string(minlength=16, maxlength=32):token>")
@requires(Right.INBOX)
def show(token: str) -> ResponseReturnValue:
    file = dialogue.photo(token, for_=actor())
    if file is None:
        raise Missing("no-such-file")
    return files.send(file)
