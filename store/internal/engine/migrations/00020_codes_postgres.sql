-- A one-time code belongs to the client IP that asked for it, by a keyed digest, '-' for
-- none: the code of another one does not replace it, and wrong guesses of others are
-- counted apart.

-- +goose Up

ALTER TABLE one_time_codes ADD COLUMN asker TEXT NOT NULL DEFAULT '-';
ALTER TABLE one_time_codes ADD COLUMN attempts_of_others BIGINT NOT NULL DEFAULT 0;
UPDATE one_time_codes SET attempts_of_others = attempts;
ALTER TABLE one_time_codes DROP CONSTRAINT one_time_codes_key;
ALTER TABLE one_time_codes ADD CONSTRAINT one_time_codes_key PRIMARY KEY (purpose, mobile_index, asker);
