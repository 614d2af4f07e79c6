-- A one-time code belongs to the client IP that asked for it, by a keyed digest, '-' for
-- none: the code of another one does not replace it, and wrong guesses of others are
-- counted apart. A migration that was interrupted runs again, and MySQL has no
-- ADD COLUMN IF NOT EXISTS. OceanBase changes a key in a statement of its own.

-- +goose Up

SET @change = IF(EXISTS (SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'one_time_codes' AND column_name = 'asker'),
    'SELECT 0', 'ALTER TABLE one_time_codes ADD COLUMN asker VARBINARY(64) NOT NULL DEFAULT ''-'', ADD COLUMN attempts_of_others BIGINT NOT NULL DEFAULT 0');
PREPARE change_codes FROM @change;
EXECUTE change_codes;
DEALLOCATE PREPARE change_codes;
SET @change = IF(EXISTS (SELECT 1 FROM information_schema.key_column_usage
        WHERE table_schema = DATABASE() AND table_name = 'one_time_codes' AND constraint_name = 'PRIMARY' AND column_name = 'asker'),
    'SELECT 0', 'ALTER TABLE one_time_codes DROP PRIMARY KEY, ADD PRIMARY KEY (purpose, mobile_index, asker)');
PREPARE change_codes FROM @change;
EXECUTE change_codes;
DEALLOCATE PREPARE change_codes;
UPDATE one_time_codes SET attempts_of_others = attempts WHERE asker = '-';
