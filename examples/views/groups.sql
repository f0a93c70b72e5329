-- Groups as they are: the latest version of each, without those that were deleted.
CREATE OR REPLACE VIEW groups AS
SELECT *
FROM (
    SELECT
        okta_group.*,
        row_number() OVER (PARTITION BY id ORDER BY lastUpdated DESC, run DESC) AS version
    FROM okta_group
) AS versions
WHERE version = 1
  AND NOT EXISTS (
      SELECT 1
      FROM okta_deletion
      WHERE okta_deletion.objectType = 'Group'
        AND okta_deletion.objectId = versions.id
  );
