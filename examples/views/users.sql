-- Users as they are: the latest version of each, without those who were deleted.
CREATE OR REPLACE VIEW users AS
SELECT *
FROM (
    SELECT
        okta_user.*,
        row_number() OVER (PARTITION BY id ORDER BY lastUpdated DESC, run DESC) AS version
    FROM okta_user
) AS versions
WHERE version = 1
  AND NOT EXISTS (
      SELECT 1
      FROM okta_deletion
      WHERE okta_deletion.objectType = 'User'
        AND okta_deletion.objectId = versions.id
  );
