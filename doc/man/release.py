# SPDX-License-Identifier: GPL-2.0-or-later
"""The release's date: the same pages from the same sources, whenever they are built."""
import pathlib
import re
import sys


def release_date(changelog):
    found = re.search(r"^## \S+ - (\d{4}-\d{2}-\d{2})$", pathlib.Path(changelog).read_text(), re.MULTILINE)
    if not found:
        sys.exit(f"{changelog}: no heading `## VERSION - YYYY-MM-DD`")
    return found[1]
