"""Makes the tables of a folder of JSON lines and the views of examples/views, and prints what some views have.

Arguments: the folder of the tables, a file of JSON lines for each that is not empty; the folder of the views; the names of the
views to print. A line of the answer is the name of a view and a record of it.
"""

import json
import pathlib
import re
import sys

import duckdb

# The columns that the views read.
TABLES = {
    "okta_user": "id login status lastUpdated run",
    "okta_group": "id name type lastUpdated run",
    "okta_group_member": "groupId groupName groupType userId login status assignedBy run",
    "okta_deletion": "key objectType objectId parentId published eventId run",
    "okta_group_membership_change": "key change groupId userId published eventId run",
    "okta_application": "id label status run",
    "okta_application_user": "applicationId applicationLabel userId scope run",
    "okta_application_group": "applicationId groupId run",
    "okta_role_assignment": "assigneeType assigneeId type label status inheritedFromGroupId roleId resourceSetId run",
    "okta_resource_set": "id label run",
    "okta_api_token": "id name clientName userId tokenWindow expiresAt lastUpdated run",
    "okta_user_factor": "userId status factorType run",
}
TIMES = {"lastUpdated", "published", "expiresAt", "run"}

# The columns of the views that are compared.
VIEWS = {
    "users": "id, login, status",
    "groups": "id, name",
    "group_members": "groupId, userId",
    "application_access": "applicationId, userId, way, groupId",
    "administrators": "assigneeId, assigneeName, type, roleId, resourceSetId, resourceSetLabel, way, groupId",
    "members_without_rule": "groupId, userId",
    "idle_api_tokens": "id, login, CAST(CAST(epoch(lastUsed) AS BIGINT) AS VARCHAR)",
    "users_without_second_factor": "id, login",
}

tables, views = map(pathlib.Path, sys.argv[1:3])
database = duckdb.connect()
for name, columns in TABLES.items():
    kinds = {column: "TIMESTAMPTZ" if column in TIMES else "VARCHAR" for column in columns.split()}
    declared = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
    database.execute(f"CREATE TABLE {name} ({declared})")
    file = tables / f"{name}.jsonl"
    if file.exists() and file.stat().st_size > 0:
        database.execute(
            f"INSERT INTO {name} SELECT * FROM read_json(?, format = 'newline_delimited', columns = {kinds})",
            [str(file)],
        )

# In the order in which people are told to make them.
ordered = re.findall(r"^\| \[(\w+\.sql)\]", (views / "README.md").read_text(), re.MULTILINE)
assert sorted(ordered) == sorted(path.name for path in views.glob("*.sql")), ordered
for view in ordered:
    database.execute((views / view).read_text())
for view in sys.argv[3:]:
    for row in database.execute(f"SELECT {VIEWS[view]} FROM {view} ORDER BY ALL").fetchall():
        print(json.dumps([view, *row]))
