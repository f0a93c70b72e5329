-- Who may use which application, with one row for each way: USER if it is assigned to the user, GROUP for each group that
-- grants it. Who loses one way keeps the others. Okta names no group, so they are found by their members. A row without a group
-- has it through one that the other runs did not see.
--
-- Applications that are not active are left out, and so are users whom nobody but an administrator can let in.
CREATE OR REPLACE VIEW application_access AS
WITH assigned AS (
    SELECT
        okta_application_user.applicationId,
        okta_application_user.applicationLabel,
        okta_application_user.userId,
        okta_application_user.scope,
        users.login
    FROM okta_application_user
    JOIN users ON users.id = okta_application_user.userId
    JOIN okta_application ON okta_application.id = okta_application_user.applicationId
    WHERE okta_application_user.run = (SELECT max(run) FROM okta_application_user)
      AND okta_application.run = (SELECT max(run) FROM okta_application)
      AND okta_application.status = 'ACTIVE'
      AND users.status NOT IN ('STAGED', 'SUSPENDED', 'DEPROVISIONED')
),
granted AS (
    SELECT
        okta_application_group.applicationId,
        memberships.userId,
        groups.id AS groupId,
        groups.name AS groupName
    FROM okta_application_group
    JOIN memberships ON memberships.groupId = okta_application_group.groupId
    JOIN groups ON groups.id = okta_application_group.groupId
    WHERE okta_application_group.run = (SELECT max(run) FROM okta_application_group)
)
SELECT
    applicationId,
    applicationLabel,
    userId,
    login,
    'USER' AS way,
    CAST(NULL AS VARCHAR) AS groupId,
    CAST(NULL AS VARCHAR) AS groupName
FROM assigned
WHERE scope = 'USER'
UNION ALL
SELECT
    assigned.applicationId,
    assigned.applicationLabel,
    assigned.userId,
    assigned.login,
    'GROUP' AS way,
    granted.groupId,
    granted.groupName
FROM assigned
LEFT JOIN granted
    ON granted.applicationId = assigned.applicationId
   AND granted.userId = assigned.userId
WHERE assigned.scope = 'GROUP'
   OR granted.groupId IS NOT NULL;
