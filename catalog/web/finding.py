"""Beside the shop's search: offers while typing, and why products stand where they stand. Nothing is written."""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from catalog.queries.explain import explained
from catalog.queries.search.hot import hot_words
from catalog.queries.search.suggest import suggestions
from core.text import label
from core.web.access import public
from core.web.limits import limiter

bp = Blueprint("finding", __name__, url_prefix="/search")
MOST = 64


@bp.get("/suggestions")
@public
@limiter.limit("240 per minute")
def suggest() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:MOST]
    if not words:
        rows = [{"text": word, "kind": label("hot", "SuggestionKind")} for word in hot_words()]
    else:
        rows = [{"text": s.text, "kind": label(s.kind)} for s in suggestions(words)]
    answer = jsonify({"suggestions": rows})
    answer.cache_control.max_age = 30
    return answer


@bp.get("/why")
@public
@limiter.limit("60 per minute")
def why() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:MOST]
    return render_template("catalog/finding/why.html", words=words, e=explained(words))
