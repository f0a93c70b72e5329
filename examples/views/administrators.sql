-- Who has which admin role, with one row for each way: USER if it is the user's own, GROUP for each group that gives it, CLIENT
-- for a client app. A custom role has the resource set that it is limited to.
--
-- Okta may leave those who have a role through groups alone out of its list, so the members of groups with roles are added.
CREATE OR REPLACE VIEW administrators AS
WITH assignments AS (
    SELECT *
    FROM okta_role_assignment
    WHERE run = (SELECT max(run) FROM okta_role_assignment)
      AND status = 'ACTIVE'
),
ways AS (
    SELECT
        assigneeId,
        type,
        label,
        roleId,
        resourceSetId,
        CASE WHEN inheritedFromGroupId IS NULL THEN assigneeType ELSE 'GROUP' END AS way,
        inheritedFromGroupId AS groupId
    FROM assignments
    WHERE assigneeType <> 'GROUP'
    UNION
    SELECT
        memberships.userId AS assigneeId,
        assignments.type,
        assignments.label,
        assignments.roleId,
        assignments.resourceSetId,
        'GROUP' AS way,
        assignments.assigneeId AS groupId
    FROM assignments
    JOIN memberships ON memberships.groupId = assignments.assigneeId
    WHERE assignments.assigneeType = 'GROUP'
)
SELECT
    ways.assigneeId,
    COALESCE(users.login, applications.label) AS assigneeName,
    users.status AS userStatus,
    ways.type,
    ways.label,
    ways.roleId,
    ways.resourceSetId,
    sets.label AS resourceSetLabel,
    ways.way,
    ways.groupId,
    groups.name AS groupName
FROM ways
LEFT JOIN users ON users.id = ways.assigneeId
LEFT JOIN groups ON groups.id = ways.groupId
LEFT JOIN (
    SELECT id, label
    FROM okta_application
    WHERE run = (SELECT max(run) FROM okta_application)
) AS applications ON applications.id = ways.assigneeId
LEFT JOIN (
    SELECT id, label
    FROM okta_resource_set
    WHERE run = (SELECT max(run) FROM okta_resource_set)
) AS sets ON sets.id = ways.resourceSetId;
