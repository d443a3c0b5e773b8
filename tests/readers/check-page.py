#!/usr/bin/env python3
"""Looks at a page of `cgchurn report`: check-page.py PAGE. It holds no element or attribute that could run or fetch
anything, every drawing and table has its name, and tags are closed in order. For what a browser made of a page, too."""
import html.parser
import sys

ELEMENTS = set("""html head meta title style body header main footer section h1 h2 h3 p ul li b span div table caption thead
tbody tr th td figure figcaption details summary svg g path line rect circle text code""".split())
VOID = {"meta"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.labels, self.drawings, self.title = [], set(), set(), 0, ""

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert tag in ELEMENTS, f"<{tag}> at {self.getpos()}"
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("src", "srcdoc", "formaction", "action", "ping"), name
            assert "href" not in name, value
            assert name != "style" or value.startswith("--heat:"), value
            assert "url(" not in (value or ""), value
        if "id" in attributes:
            assert attributes["id"] not in self.ids, f"id {attributes['id']} twice"
            self.ids.add(attributes["id"])
        if "aria-labelledby" in attributes:
            self.labels.add(attributes["aria-labelledby"])
        if tag == "svg":
            self.drawings += attributes.get("role") == "img"
            assert attributes.get("role") == "img" or attributes.get("aria-hidden") == "true"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open} at {self.getpos()}"
            self.open.pop()

    def handle_data(self, data):
        assert all(c in "\t\n" or (c >= " " and c != "\x7f" and not "\x80" <= c <= "\x9f") for c in data)
        if self.open[-2:] == ["head", "title"]:
            self.title += data

    def handle_comment(self, data):
        raise AssertionError(f"comment {data!r}")


page = Page()
with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
page.feed(text)
page.close()
assert not page.open, page.open
# A script that ran would have set another one; what stands behind it is of the results.
assert page.title == "cgchurn report" or page.title.startswith("cgchurn report: "), page.title
assert page.labels <= page.ids, page.labels - page.ids
assert "http://" not in text and "https://" not in text
print(f"{page.drawings} drawings, {len(page.ids)} names")
