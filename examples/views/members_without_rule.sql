-- Members whom no group rule put into their group: a person or an import did. The latest run that has a group counts, and who
-- left since is left out. Members of an org that does not say who put them there are not in it, nor those of built-in groups.
CREATE OR REPLACE VIEW members_without_rule AS
SELECT groupId, groupName, groupType, userId, login, status
FROM (
    SELECT
        okta_group_member.*,
        max(run) OVER (PARTITION BY groupId) AS latest
    FROM okta_group_member
) AS found
WHERE run = latest
  AND assignedBy = 'DIRECT'
  AND EXISTS (
      SELECT 1
      FROM group_members
      WHERE group_members.groupId = found.groupId
        AND group_members.userId = found.userId
  );
