-- The identities of WeChat codes, for as long as a client may repeat the code. The
-- hash is keyed, and the identity is sealed because it is personal data.

-- +goose Up

CREATE TABLE wechat_exchanges (
    code_hash       TEXT   NOT NULL,
    identity_sealed TEXT   NOT NULL,
    expires_at      BIGINT NOT NULL,
    CONSTRAINT wechat_exchanges_code_hash PRIMARY KEY (code_hash)
);
CREATE INDEX wechat_exchanges_expires_at ON wechat_exchanges (expires_at);
