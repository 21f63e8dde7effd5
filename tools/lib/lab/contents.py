# SPDX-License-Identifier: Apache-2.0
"""What a cloud needs before its first server: project and user, image, flavors, key pair, network.
Each is made unless it is there."""
import shlex
import subprocess
import urllib.parse

from harness import guest_image
from harness.rest import Rest

from lab import settings

DIRECTORY = settings.DIRECTORY
KEY = DIRECTORY / "id_ed25519"
OPENRC = DIRECTORY / "openrc"
ADMIN_OPENRC = DIRECTORY / "admin-openrc"
CLOUDS = DIRECTORY / "clouds.yaml"
IMAGE = "virga-guest"
NETWORK = "provider"
FLAVORS = (("m1.tiny", 1, 128, 1), ("m1.small", 1, 2048, 20), ("m1.medium", 2, 4096, 40))
PIECE = 1 << 20


def log_in(chosen, user="admin", password=None, project=None):
    rest = Rest(chosen.url)
    rest.login(user, password or chosen.admin_password, project or user).expect(201)
    return rest


def find(rest, path, collection, name):
    """The first thing of that name in a list; None when there is none."""
    joint = "&" if "?" in path else "?"
    answer = rest.get(f"{path}{joint}name={urllib.parse.quote(name)}").expect(200)
    return next((one for one in answer.json[collection] if one["name"] == name), None)


def ensure_member(admin, chosen):
    """The project `demo` with its one user.  @return a client in that user's name"""
    project = find(admin, "/identity/v3/projects", "projects", "demo")
    if project is None:
        body = {"project": {"name": "demo", "domain_id": "default"}}
        project = admin.post("/identity/v3/projects", body).expect(201).json["project"]
    user = find(admin, "/identity/v3/users", "users", "demo")
    if user is None:
        body = {"user": {"name": "demo", "domain_id": "default", "password": chosen.demo_password}}
        user = admin.post("/identity/v3/users", body).expect(201).json["user"]
    role = find(admin, "/identity/v3/roles", "roles", "member")
    admin.put(f"/identity/v3/projects/{project['id']}/users/{user['id']}/roles/{role['id']}") \
        .expect(204)
    return log_in(chosen, "demo", chosen.demo_password)


def ensure_image(admin):
    image = find(admin, "/image/v2/images", "images", IMAGE)
    if image and image["status"] == "active":
        return
    if image:  # what an interrupted call left cannot be relied on
        admin.delete(f"/image/v2/images/{image['id']}").expect(204)
    file = guest_image.path()
    image_id = admin.create_image(IMAGE, "qcow2", visibility="public")
    with file.open("rb") as content:
        pieces = iter(lambda: content.read(PIECE), b"")
        admin.upload(image_id, pieces, file.stat().st_size).expect(204)


def ensure_flavors(admin):
    known = admin.get("/compute/v2.1/flavors").expect(200).json["flavors"]
    for name, vcpus, ram, disk in FLAVORS:
        if name not in [flavor["name"] for flavor in known]:
            admin.create_flavor(name, ram=ram, vcpus=vcpus, disk=disk)


def ensure_network(admin, chosen):
    network = find(admin, "/networking/v2.0/networks", "networks", NETWORK)
    network_id = network["id"] if network else admin.create_network(NETWORK, "provider")
    if find(admin, f"/networking/v2.0/subnets?network_id={network_id}", "subnets", NETWORK):
        return
    prefix = chosen.provider
    admin.post("/networking/v2.0/subnets", {"subnet": {
        "name": NETWORK, "network_id": network_id, "ip_version": 4, "cidr": f"{prefix}.0/24",
        "gateway_ip": f"{prefix}.1",
        "allocation_pools": [{"start": f"{prefix}.10", "end": f"{prefix}.250"}]}}).expect(201)


def ensure_key_pair(demo):
    if not KEY.exists():
        part = KEY.with_name(KEY.name + ".new")
        for old in (part, part.with_suffix(".new.pub")):
            old.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "virga-lab", "-f",
                        str(part)], check=True, stdin=subprocess.DEVNULL)
        part.with_suffix(".new.pub").replace(KEY.with_name(KEY.name + ".pub"))
        part.replace(KEY)
    public = KEY.with_name(KEY.name + ".pub").read_text().strip()
    listed = demo.get("/compute/v2.1/os-keypairs").expect(200).json["keypairs"]
    pairs = [entry["keypair"] for entry in listed]
    known = [pair["public_key"] for pair in pairs if pair["name"] == "lab"]
    if known == [public]:
        return
    if known:
        demo.delete("/compute/v2.1/os-keypairs/lab").expect(202, 204)
    demo.post("/compute/v2.1/os-keypairs", {"keypair": {"name": "lab", "public_key": public}}) \
        .expect(200, 201)


def openrc(chosen, user, password):
    values = {"OS_AUTH_URL": f"{chosen.url}/identity/v3", "OS_IDENTITY_API_VERSION": "3",
              "OS_USERNAME": user, "OS_PASSWORD": password, "OS_USER_DOMAIN_ID": "default",
              "OS_PROJECT_NAME": user, "OS_PROJECT_DOMAIN_ID": "default",
              "OS_REGION_NAME": "RegionOne"}
    return "# Written by tools/lab.\n" + "".join(
        f"export {name}={shlex.quote(value)}\n" for name, value in values.items())


def cloud(name, chosen, user, password):
    return f"""  {name}:
    auth:
      auth_url: {chosen.url}/identity/v3
      username: {user}
      password: {password}
      user_domain_id: default
      project_name: {user}
      project_domain_id: default
    identity_api_version: 3
    region_name: RegionOne
"""


def write_logins(chosen):
    demo, admin = ("demo", chosen.demo_password), ("admin", chosen.admin_password)
    settings.replace(OPENRC, openrc(chosen, *demo), 0o600)
    settings.replace(ADMIN_OPENRC, openrc(chosen, *admin), 0o600)
    settings.replace(CLOUDS, "# Written by tools/lab.\nclouds:\n" + cloud("lab", chosen, *demo) +
                     cloud("lab-admin", chosen, *admin), 0o600)


def ensure(admin, chosen):
    demo = ensure_member(admin, chosen)
    ensure_image(admin)
    ensure_flavors(admin)
    ensure_network(admin, chosen)
    ensure_key_pair(demo)
    write_logins(chosen)
