package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jmoiron/sqlx"
)

// ImportedRow is a user who was imported.
type ImportedRow struct {
	User
	Alias  string  `db:"alias"`
	Record *string `db:"record"` // the record of the last import; nil for imports before schema version 12
}

var importedRows = "SELECT " + selected[User]("u.") + `, a.alias, r.record FROM user_aliases a
	JOIN users u ON u.id = a.user_id
	LEFT JOIN import_records r ON r.source = a.source AND r.alias = a.alias
	WHERE a.source = ? AND a.alias IN (?)`

// ImportedUsers finds the users of another system by their ids there.
func (s *Store) ImportedUsers(ctx context.Context, source string, aliases []string) (found []ImportedRow, err error) {
	if len(aliases) == 0 {
		return nil, nil
	}
	query, args, err := sqlx.In(importedRows, source, aliases)
	if err != nil {
		return nil, s.fail("ImportedUsers", err)
	}
	err = s.run(ctx, "ImportedUsers", func() error {
		found = nil
		return s.engine.SelectOnce(ctx, &found, query, args...)
	})
	return found, err
}

// ImportUpdate are later values of a user who was imported. nil leaves a value as it is.
type ImportUpdate struct {
	UserID, Version int64
	Alias, Record   string
	UserChange
	EmailVerified, MobileVerified bool  // marks what the user has after the change
	Disabled                      *bool // disabling ends the user's sessions
	CreatedAt                     *Time
	PasswordHash                  *string // ends the user's sessions
	WasPasswordHash               *string // the change is made only if this is still the stored one
	Organisations                 []int64 // of which the user becomes a member
}

// TakenValues are the users who have an update's unique values, 0 for nobody.
type TakenValues struct{ Username, Email, Mobile int64 }

// TakenValues finds whether other users have the user name, the e-mail address or the
// verified mobile that an update sets.
func (tx Tx) TakenValues(ctx context.Context, u ImportUpdate, mobile *Digest) (taken TakenValues, err error) {
	for _, unique := range []struct {
		owner *int64
		query string
		value any
	}{
		{&taken.Username, "SELECT id FROM users WHERE username_key = ? AND id <> ?", textOrNil(u.UsernameKey)},
		{&taken.Email, "SELECT id FROM users WHERE email_key = ? AND id <> ?", textOrNil(u.EmailKey)},
		{&taken.Mobile, "SELECT id FROM users WHERE mobile_index = ? AND mobile_verified_at IS NOT NULL AND id <> ?", textOrNil(mobile)},
	} {
		if unique.value == nil {
			continue
		}
		err := tx.get(ctx, "TakenValues", unique.owner, unique.query, unique.value, u.UserID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return taken, err
		}
	}
	return taken, nil
}

const (
	verifyImportedEmail  = "UPDATE users SET email_verified_at = COALESCE(email_verified_at, ?) WHERE id = ?"
	verifyImportedMobile = "UPDATE users SET mobile_verified_at = COALESCE(mobile_verified_at, ?) WHERE id = ?"
)

// UpdateImported stores an update and its record. It returns ErrNotFound if the user has
// changed since the version, or has another password. A value that another transaction
// has taken meanwhile makes the whole transaction run again.
func (tx Tx) UpdateImported(ctx context.Context, source string, u ImportUpdate, now Time) error {
	err := tx.changeImported(ctx, u, now)
	if _, taken := errors.AsType[ConflictError](err); taken {
		return errRerun
	}
	if err != nil {
		return err
	}
	for _, organisation := range u.Organisations {
		if err := tx.AddMembership(ctx, u.UserID, organisation, nil, now); err != nil {
			return err
		}
	}
	return tx.PutImportRecord(ctx, source, u.Alias, u.Record)
}

func (tx Tx) changeImported(ctx context.Context, u ImportUpdate, now Time) error {
	set, err := u.assignments()
	if err != nil {
		return tx.store.fail("UpdateImported", err)
	}
	ended := ""
	if u.Disabled != nil {
		set.value("disabled_at", disabledAt(*u.Disabled, now))
		if *u.Disabled {
			ended = EndedByDisabling
		}
	}
	if u.CreatedAt != nil {
		set.value("created_at", *u.CreatedAt)
	}
	condition, args := " WHERE id = ? AND version = ?", []any{u.UserID, u.Version}
	if u.PasswordHash != nil {
		set.value("password_hash", *u.PasswordHash)
		ended = EndedByPasswordChange
		if u.WasPasswordHash == nil {
			condition += ifNoPassword
		} else {
			condition, args = condition+ifPasswordWas, append(args, *u.WasPasswordHash)
		}
	}
	set.value("updated_by", nil)
	set.value("updated_at", now)
	query := "UPDATE users SET version = version + 1, " + strings.Join(set.parts, ", ") + condition
	changed, err := tx.tx.ExecOnce(ctx, query, append(set.args, args...)...) // too many combinations to keep prepared
	if err == nil && changed == 0 {
		return ErrNotFound
	}
	if err == nil && u.EmailVerified {
		_, err = tx.exec(ctx, "UpdateImported", verifyImportedEmail, now, u.UserID)
	}
	if err == nil && u.MobileVerified {
		_, err = tx.exec(ctx, "UpdateImported", verifyImportedMobile, now, u.UserID)
	}
	if err == nil && ended != "" {
		_, err = tx.exec(ctx, "UpdateImported", endUserSessions, now, ended, u.UserID, int64(0))
	}
	return tx.store.fail("UpdateImported", err)
}

// PutImportRecord stores the record of what an import said of a user.
func (tx Tx) PutImportRecord(ctx context.Context, source, alias, record string) error {
	query := tx.store.engine.InsertOrUpdate(insertRecords, "(source, alias)", []string{"record"})
	_, err := tx.exec(ctx, "PutImportRecord", query, source, alias, record)
	return err
}
