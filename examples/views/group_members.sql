-- Who belongs to which group. A run of the flow of members says who did when it began; every change after that says who joined
-- or left. The last thing that is told of a group and a user counts. Okta tells of no change when a group or a user is deleted,
-- nor of who comes into a built-in group such as Everyone, so that those groups are left out.
CREATE OR REPLACE VIEW group_members AS
SELECT groupId, userId
FROM (
    SELECT
        told.*,
        row_number() OVER (PARTITION BY groupId, userId ORDER BY told_at DESC) AS version
    FROM (
        SELECT groupId, userId, run AS told_at, 'ADDED' AS change FROM okta_group_member
        UNION ALL
        SELECT groupId, userId, published AS told_at, change FROM okta_group_membership_change
    ) AS told
) AS versions
WHERE version = 1
  AND change = 'ADDED'
  AND NOT EXISTS (
      SELECT 1
      FROM okta_deletion
      WHERE (okta_deletion.objectType = 'Group' AND okta_deletion.objectId = versions.groupId)
         OR (okta_deletion.objectType = 'User' AND okta_deletion.objectId = versions.userId)
  )
  AND NOT EXISTS (
      SELECT 1
      FROM okta_group
      WHERE okta_group.type = 'BUILT_IN'
        AND okta_group.id = versions.groupId
  );
