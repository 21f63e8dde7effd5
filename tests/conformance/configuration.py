# SPDX-License-Identifier: Apache-2.0
"""tempest.conf from its template, and what a fresh cloud's own configuration has. Pure."""
import re
import urllib.parse

PLACE = re.compile(r"@([A-Z0-9_]+)@")
ABSENT_HOST = "does-not.exist"  # of the test that imports from a bad URL, port 80

# Two stores, so that images can be copied between them, and images from our own web server.
IMAGES = """
images:
  stores:
    - id: second
      directory: {{directory}}/second
      description: Another directory
  web_download:
    enabled: true
    schemes: [http]
    hosts: [{host}, {absent}]
    ports: [{port}, 80]
    private_addresses: true
"""


def images_of_cloud(image_url):
    """The section `images` of a cloud's configuration, which may fetch images by this URL; the place
    of the cloud's folder, {directory}, is still open."""
    url = urllib.parse.urlsplit(image_url)
    return IMAGES.format(host=url.hostname, port=url.port, absent=ABSENT_HOST)


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
