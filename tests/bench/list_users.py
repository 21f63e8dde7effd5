# SPDX-License-Identifier: Apache-2.0
"""A page of 1,000 users, against a bare Beast server that writes the same rows directly into what
it sends: from SQLite with one prepared statement, and from memory."""
import contextlib
import sqlite3

from figures import figure

from load import compare_rates, control_plane, limit_server, measure

from harness.rest import Rest

USERS = 1000
CONNECTIONS = 8
PAGE = "/identity/v3/users"


def fill(cloud):
    """@return the users as virgad shows them"""
    have = len(cloud.admin.get(PAGE).expect(200).json["users"])
    for index in range(USERS - have):
        user = {"name": f"user-{index:04}", "domain_id": "default", "enabled": True,
                "email": f"user-{index:04}@example.org", "description": f"Number {index}"}
        cloud.admin.post(PAGE, {"user": user}).expect(201)
    return cloud.admin.get(PAGE).expect(200).json["users"]


def copy_rows(path, users):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, name TEXT NOT NULL,"
                         " domain_id TEXT NOT NULL, description TEXT NOT NULL,"
                         " email TEXT NOT NULL, enabled BIGINT NOT NULL)")
        database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", [
            (u["id"], u["name"], u["domain_id"], u.get("description", ""), u.get("email", ""),
             u["enabled"]) for u in users])


def main():
    with control_plane(pinned=True) as cloud:
        users = fill(cloud)
        if len(users) != USERS:
            raise SystemExit(f"a page has {len(users)} users, not {USERS}")
        rows = cloud.directory / "rows.db"
        copy_rows(rows, users)
        pid = cloud.daemons["virgad"].pid
        token = f"X-Auth-Token: {cloud.admin.token}"
        with limit_server("list_limit", "/rows", str(rows), cloud.url) as (bare, url):
            for name, path in (("list", "/rows"), ("list_to_memory", "/memory")):
                compare_rates(name,
                              lambda: measure(pid, cloud.url + PAGE, token,
                                              connections=CONNECTIONS),
                              lambda p=path: measure(bare.pid, url + p, connections=CONNECTIONS),
                              "ratio >= 0.75" if name == "list" else None)
            figure("list_bytes", len(cloud.admin.get(PAGE).body), "bytes",
                   len(Rest(url).get("/rows").body))


main()
