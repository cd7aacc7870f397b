"""Where goods would be sent: a picker of divisions that needs no JavaScript, and the region a visitor looks at."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core import settings
from core.places import divisions
from core.web.access import again, current_actor, public
from core.web.security import safe_next
from market.queries import addresses

bp = Blueprint("regions", __name__, url_prefix="/region")


def current() -> str:
    """The region that freight is shown for: chosen by the visitor, of the default address, or the county's own."""
    chosen = session.get("region", "")
    if chosen:
        return str(chosen)
    who = current_actor()
    home = addresses.default_region(who.person_id) if who else None
    return home or str(settings.value("shop.region"))


def picked() -> str:
    """The code of the fields of a picker: the deepest level that lies in the ones above."""
    code = ""
    for level, digits in (("province", 0), ("city", 2), ("county", 4), ("town", 6)):
        value = request.values.get(level, "")
        if not value.isdecimal() or len(value) not in {6, 9} or not value.startswith(code[:digits]):
            break
        code = value
    return code


@bp.get("")
@public
def show() -> ResponseReturnValue:
    target = safe_next(request.values.get("next")) or url_for("shop.home")
    code = picked() or ("" if "step" in request.values else current())
    return render_template("market/region/show.html", steps=divisions.steps(code), next=target)


@bp.get("/steps")
@public
def steps() -> ResponseReturnValue:
    """The fields anew for what is chosen so far."""
    return render_template("market/region/_steps.html", steps=divisions.steps(picked()))


@bp.post("")
@public
@again(show)
def choose() -> ResponseReturnValue:
    """Look at prices with freight to there. The whole picker, or its next step."""
    if request.form.get("step"):
        return show()
    session["region"] = divisions.require(picked())
    return redirect(safe_next(request.form.get("next")) or url_for("shop.home"), 303)
