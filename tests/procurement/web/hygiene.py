"""What every page must keep, whatever it shows: a title, one h1, unique ids, labelled fields, no raw codes."""

import re
from html.parser import HTMLParser

from werkzeug.test import TestResponse


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.headings = 0
        self.in_label = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.headings += tag == "h1"
        self.in_label = self.in_label or tag == "label"
        if tag == "label" and given.get("for"):
            self.labelled.add(str(given["for"]))
        plain = tag in {"input", "select", "textarea"} and given.get("type") not in {"hidden", "submit", "file"}
        if plain and not given.get("aria-label") and given.get("id") and not self.in_label:
            self.fields.append(str(given["id"]))

    def handle_endtag(self, tag: str) -> None:
        self.in_label = self.in_label and tag != "label"


def clean(answer: TestResponse, status: int = 200) -> str:
    """The page's text, after looking it over."""
    assert answer.status_code == status, answer.text[:2000]
    page = _Page()
    page.feed(answer.text)
    assert re.search(r"<title>\s*\S", answer.text)
    assert page.headings == 1
    assert sorted(set(page.ids)) == sorted(page.ids)
    assert [field for field in page.fields if field not in page.labelled] == []
    assert "Undefined" not in answer.text
    return answer.text
