# SPDX-License-Identifier: Apache-2.0
"""A cloud as its administrator sees it, here or elsewhere, by the library of OpenStack's clients."""
import re

from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3

TIMEOUT = 60


class Refused(Exception):
    """The cloud did not do what was asked; the text is one line."""


class Endpoint:
    def __init__(self, account):
        """@param account the variables of an openrc file"""
        self.account = account
        self.url = account["OS_AUTH_URL"].rstrip("/").removesuffix("/v3") + "/v3"
        self.region = account.get("OS_REGION_NAME") or "RegionOne"
        self.authority = account.get("OS_CACERT") or None
        self.password = account["OS_PASSWORD"]
        domains = {f"{kind}_domain_{key}": account.get(f"OS_{kind.upper()}_DOMAIN_{key.upper()}")
                   for kind in ("user", "project") for key in ("id", "name")}
        auth = v3.Password(self.url, username=account["OS_USERNAME"], password=self.password,
                           project_name=account["OS_PROJECT_NAME"], reauthenticate=True, **domains)
        self.session = session.Session(auth, verify=self.authority or True, timeout=TIMEOUT)
        try:
            self.access = auth.get_access(self.session)
        except exceptions.ClientException as failure:
            raise Refused(f"nobody can log in at {self.url}: {failure}") from failure

    def serves(self, kind):
        return self.base(kind) is not None

    def base(self, kind):
        """The public URL of a service without its version; None when the catalog has none."""
        try:
            url = self.access.service_catalog.url_for(
                service_type=kind, interface="public", region_name=self.region)
        except exceptions.CatalogException:
            return None
        return re.sub(r"/v\d+(\.\d+)?(/.*)?$", "", url.rstrip("/"))

    def send(self, kind, method, path, body=None, **options):
        """@return the response, whatever its status.  @throws Refused when there is none"""
        base = self.base(kind)
        if base is None:
            raise Refused(f"the catalog has no {kind} service")
        path = path.replace("{project}", self.access.project_id or "")
        try:
            return self.session.request(base + path, method, json=body, raise_exc=False, **options)
        except exceptions.ClientException as failure:
            raise Refused(f"{method} {path}: {failure}") from failure

    def ask(self, kind, method, path, body=None, **options):
        """@return the document of a success.  @throws Refused for any other answer"""
        answer = self.send(kind, method, path, body, **options)
        if not 200 <= answer.status_code < 300:
            text = " ".join(answer.text.split())[:160]
            raise Refused(f"{method} {path} answers {answer.status_code}: {text}")
        return answer.json() if answer.content else None
