# SPDX-License-Identifier: Apache-2.0
"""tempest.conf from its template. Pure."""
import re

PLACE = re.compile(r"@([A-Z0-9_]+)@")


def escaped(value):
    """A value as oslo.config reads it back: it replaces $names."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("$", "$$")


def fill(template, values):
    """The template with its @PLACES@ filled. A line whose value is None is left out, and the option
    has its default.  @throws KeyError when the template asks for a value that is not there"""
    lines = []
    for line in template.splitlines():
        places = [] if line.lstrip().startswith("#") else PLACE.findall(line)
        if any(values[place] is None for place in places):
            continue
        lines.append(PLACE.sub(lambda match: escaped(values[match[1]]), line) if places else line)
    return "\n".join(lines) + "\n"
