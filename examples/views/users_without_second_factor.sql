-- Users who may sign in and have no active factor beside the password. A security question is something that they know, as the
-- password is, so it is none.
--
-- Users whom nobody but an administrator can let in are left out.
CREATE OR REPLACE VIEW users_without_second_factor AS
WITH factors AS (
    SELECT userId
    FROM okta_user_factor
    WHERE run = (SELECT max(run) FROM okta_user_factor)
      AND status = 'ACTIVE'
      AND factorType <> 'question'
)
SELECT id, login, status
FROM users
WHERE status NOT IN ('STAGED', 'SUSPENDED', 'DEPROVISIONED')
  AND NOT EXISTS (
      SELECT 1
      FROM factors
      WHERE factors.userId = users.id
  );
