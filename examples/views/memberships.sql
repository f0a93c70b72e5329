-- Who belongs to which group, built-in ones such as Everyone included. Okta tells of no change in those, so that their members
-- are the ones that the latest run found.
CREATE OR REPLACE VIEW memberships AS
SELECT groupId, userId
FROM group_members
UNION
SELECT groupId, userId
FROM (
    SELECT
        okta_group_member.groupId,
        okta_group_member.userId,
        okta_group_member.run,
        max(okta_group_member.run) OVER (PARTITION BY okta_group_member.groupId) AS latest
    FROM okta_group_member
    JOIN groups ON groups.id = okta_group_member.groupId
    JOIN users ON users.id = okta_group_member.userId
    WHERE groups.type = 'BUILT_IN'
) AS found
WHERE run = latest;
