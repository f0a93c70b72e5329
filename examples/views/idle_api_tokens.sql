-- API tokens that nobody has used for 14 days before the latest run. Each use of a token moves its end by its window, so the last
-- use is the end without the window. A token whose window is not limited does not tell: its last change stands for it.
CREATE OR REPLACE VIEW idle_api_tokens AS
SELECT id, name, clientName, userId, login, userStatus, lastUsed, expiresAt
FROM (
    SELECT
        okta_api_token.*,
        users.login,
        users.status AS userStatus,
        COALESCE(
            expiresAt - INTERVAL '1' DAY * CAST(regexp_extract(tokenWindow, '^P([0-9]+)D$', 1) AS BIGINT),
            okta_api_token.lastUpdated
        ) AS lastUsed
    FROM okta_api_token
    LEFT JOIN users ON users.id = okta_api_token.userId
    WHERE okta_api_token.run = (SELECT max(run) FROM okta_api_token)
) AS tokens
WHERE lastUsed < run - INTERVAL '14' DAY;
