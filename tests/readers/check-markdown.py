#!/usr/bin/env python3
"""check-markdown.py PAGE JSON: a comparison as Markdown, as cmark-gfm renders it, says what the same comparison as JSON says.

Every row has the columns of its head, every cell its text, and nothing in a text has become markup. Where primaries are
left out, regressions and undecided ones went last. Prints how many primaries are shown and how many are left out.
"""
import collections
import html.parser
import json
import pathlib
import re
import subprocess
import sys

COMMENT_MAX = 65536  # characters; GitHub cuts what is longer
OURS = {"h3", "ul", "li", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
KEPT_FIRST = ["regression", "inconclusive", "improvement", "equivalent"]


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tables, self.items, self.paragraphs, self.elements, self.into = [], [], [], set(), None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th", "li", "p"):
            self.into = {"li": self.items, "p": self.paragraphs}.get(tag) if tag in ("li", "p") else self.tables[-1][-1]
            self.into.append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th", "li", "p"):
            self.into = None

    def handle_data(self, data):
        if self.into is not None:
            self.into[-1] += data


def label(metric):
    response = "response " if metric["time"] == "response" else ""
    return f"{metric['actor']} {metric['span']} {response}{metric['metric']}"


def verdict(row):
    return row[7].split(" ")[0]


markdown, comparison = pathlib.Path(sys.argv[1]).read_text(), json.loads(pathlib.Path(sys.argv[2]).read_text())
assert len(markdown.encode()) < COMMENT_MAX, len(markdown.encode())
rendered = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough"], input=markdown, text=True,
                          stdout=subprocess.PIPE, check=True).stdout
page = Page(rendered)
assert page.elements <= OURS, page.elements - OURS
for table in page.tables:
    assert {len(row) for row in table} == {len(table[0])}, table

facts, *tables = page.tables
shown = {row[0].removesuffix(" (allowed to differ)"): row[1:] for row in facts[1:]}
for fact in comparison["under_test"] + comparison["allowed_different"]:
    if fact["differs"] and len(fact["base"]) == len(fact["new"]) == 1 and max(map(len, fact["base"] + fact["new"])) < 64:
        assert shown[fact["label"]] == fact["base"] + fact["new"], (fact, shown.get(fact["label"]))

for is_primary, table in zip((True, False), tables):
    wanted = [(m["workload"], label(m), m["verdict"]) for m in comparison["metrics"] if m["primary"] == is_primary]
    rows = iter(wanted)
    for row in table[1:]:
        assert len(row) == 8 and (row[0], row[1], verdict(row)) in rows, row  # in the order of the JSON

primaries = [m for m in comparison["metrics"] if m["primary"]]
kept = collections.Counter(verdict(row) for row in tables[0][1:])
left = collections.Counter(m["verdict"] for m in primaries) - kept
assert all(any(word.startswith(m["workload"]) for m in primaries) or len({m["workload"] for m in primaries}) == 1
           for word in page.items[:sum(kept.values())])
for first, then in zip(KEPT_FIRST, KEPT_FIRST[1:]):
    assert not left[first] or not any(kept[k] for k in KEPT_FIRST[KEPT_FIRST.index(then):]), (kept, left)
said = [p for p in page.paragraphs if re.match(r"\d+ primary metrics are left out here", p)]
assert len(said) == bool(left), said
if left:
    counts = ", ".join(f"{left[k]} {k}" for k in KEPT_FIRST)
    assert f"{sum(left.values())} primary metrics are left out here ({counts})" in said[0], said
print(sum(kept.values()), sum(left.values()))
