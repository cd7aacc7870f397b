"""What every page owes its readers, without a browser: one heading, ids once, a word at every field."""

from collections import Counter
from html.parser import HTMLParser

SILENT = {"hidden", "submit", "button", "image", "reset"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings = 0
        self.fields: list[tuple[str, dict[str, str | None], bool]] = []
        self.labels: set[str] = set()
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label" and given.get("for"):
            self.labels.add(str(given["for"]))
        if tag in {"input", "select", "textarea"} and given.get("type") not in SILENT:
            self.fields.append((tag, given, "label" in self.open))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["title"]:
            self.title += data


def faults(html: str) -> list[str]:
    """What is wrong with a page's markup; empty is what a test asserts."""
    page = _Reader()
    page.feed(html)
    found = [] if page.headings == 1 else [f"{page.headings} h1"]
    found += [] if page.title.strip() else ["no title"]
    found += [f"id {name} {times} times" for name, times in Counter(page.ids).items() if times > 1]
    for tag, given, wrapped in page.fields:
        named = given.get("aria-label") or given.get("aria-labelledby") or given.get("id") in page.labels
        if not (named or wrapped):
            found.append(f"{tag} {given.get('name')} without a label")
    return found
