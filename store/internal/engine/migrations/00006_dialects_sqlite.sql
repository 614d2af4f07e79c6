-- Dialects are named after their frameworks, and the columns of the client's IP and
-- two tables get standard names.

-- +goose Up

ALTER TABLE sessions RENAME COLUMN style TO dialect;
ALTER TABLE sessions RENAME COLUMN address TO client_ip;
ALTER TABLE audit_events RENAME COLUMN style TO dialect;
ALTER TABLE audit_events RENAME COLUMN address TO client_ip;
ALTER TABLE marks RENAME TO metadata;
ALTER TABLE wechat_exchanges RENAME TO wechat_codes;
DROP INDEX wechat_exchanges_expires_at;
CREATE INDEX wechat_codes_expires_at ON wechat_codes (expires_at);

UPDATE sessions SET dialect = CASE dialect
    WHEN 'result' THEN 'jeecg' WHEN 'data' THEN 'yudao' WHEN 'status' THEN 'cas'
    WHEN 'flat' THEN 'ruoyi' WHEN 'state' THEN 'jfinal' ELSE dialect END;
UPDATE audit_events SET dialect = CASE dialect
    WHEN 'result' THEN 'jeecg' WHEN 'data' THEN 'yudao' WHEN 'status' THEN 'cas'
    WHEN 'flat' THEN 'ruoyi' WHEN 'state' THEN 'jfinal' ELSE dialect END;
