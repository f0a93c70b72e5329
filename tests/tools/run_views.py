"""Makes the tables of a folder of JSON lines and the views of examples/views, and prints what the views have.

Arguments: the folder of the tables, a file of JSON lines for each; the folder of the views. A line of the answer is the name
of a view and a record of it.
"""

import json
import pathlib
import sys

import duckdb

COLUMNS = {
    "okta_user": "id login status lastUpdated run",
    "okta_group": "id name type lastUpdated run",
    "okta_group_member": "groupId userId run",
    "okta_deletion": "key objectType objectId parentId published eventId run",
    "okta_group_membership_change": "key change groupId userId published eventId run",
}
TIMES = {"lastUpdated", "published", "run"}

tables, views = map(pathlib.Path, sys.argv[1:])
database = duckdb.connect()
for name, columns in COLUMNS.items():
    columns = columns.split()
    types = ["TIMESTAMPTZ" if column in TIMES else "VARCHAR" for column in columns]
    declared = ", ".join(f"{column} {kind}" for column, kind in zip(columns, types))
    database.execute(f"CREATE TABLE {name} ({declared})")
    rows = [json.loads(line) for line in (tables / f"{name}.jsonl").read_text().splitlines()]
    if rows:
        places = ", ".join("?" for _ in columns)
        values = [[row.get(column) for column in columns] for row in rows]
        database.executemany(f"INSERT INTO {name} VALUES ({places})", values)
for view in sorted(views.glob("*.sql")):
    database.execute(view.read_text())
for view, columns in {
    "users": "id, login, status",
    "groups": "id, name",
    "group_members": "groupId, userId",
}.items():
    for row in database.execute(f"SELECT {columns} FROM {view} ORDER BY ALL").fetchall():
        print(json.dumps([view, *row]))
