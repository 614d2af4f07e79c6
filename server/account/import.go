package account

import (
	"context"
	"errors"
	"hash/maphash"
	"time"

	"golang.org/x/sync/errgroup"

	"quartet/server/apierr"
	"quartet/store"
)

// This file is for people who come from another system. Like the rest of the
// command line it asks nobody's leave.

const longestAlias = 128 // characters

// What Intake.Take says of a newcomer beside a failure.
var (
	ErrExists  = errors.New("account: came already")
	ErrSkipped = errors.New("account: somebody before was refused")
)

// Newcomer is a user of another system. An empty Username is none; Password is
// not looked at.
type ImportedUser struct {
	NewUser
	Alias                         string // id there, 1 to 128 characters
	PasswordHash                  string // as package password stores it; "" for none
	Disabled                      bool
	EmailVerified, MobileVerified bool
	CreatedAt                     time.Time // the zero value: now
}

// IntakeOptions say how newcomers are taken in.
type ImportOptions struct {
	Source string // the system they come from; with Alias it says who came already
	Stop   bool   // at the first who is refused
	DryRun bool   // only tell
	Wrap   bool   // quick hashes in argon2id, which takes a hash's time each
}

// Intake takes in newcomers, a batch at a time. It is for one goroutine.
type Importer struct {
	s *Service
	ImportOptions
	// seen are the facts that a dry run has promised to somebody, as hashes: a
	// few bytes each, and the only memory that grows with the number of users.
	seen map[uint64]struct{}
	seed maphash.Seed
}

// NewIntake begins to take in newcomers.
func (s *Service) NewImporter(o ImportOptions) *Importer {
	return &Importer{s: s, ImportOptions: o, seen: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
}

// Take takes newcomers in, as members, in one transaction, and tells what became
// of each: nil, ErrAlreadyHere, ErrNotTried or the failure they were refused for
// (InvalidField by the names of document 004, UsernameTaken, EmailTaken,
// MobileTaken).
func (i *Importer) Import(ctx context.Context, batch []ImportedUser) ([]error, error) {
	outcomes := make([]error, len(batch))
	waiting := make([]int, len(batch)) // indexes of who has no outcome yet
	for n := range batch {
		waiting[n] = n
	}
	added := 0
	for range 3 { // as withNewID does
		var err error
		if waiting, err = i.try(ctx, batch, waiting, outcomes); err != nil {
			return nil, err
		}
		if len(waiting) == 0 {
			break
		}
	}
	for n, err := range outcomes {
		switch {
		case err == nil:
			added++
		case i.Stop && !errors.Is(err, ErrExists):
			for rest := n + 1; rest < len(outcomes); rest++ {
				outcomes[rest] = ErrSkipped // also who would have been refused
			}
		}
	}
	if added > 0 && !i.DryRun {
		i.s.audit(ctx, byCommandLine(AuditUsersImported, 0, details{"source": i.Source, "users": added}))
	}
	return outcomes, nil
}

// try gives those of the waiting an outcome whose new id was not taken, and
// gives the others back.
func (i *Importer) try(ctx context.Context, batch []ImportedUser, waiting []int, outcomes []error) ([]int, error) {
	var rows []store.ImportedUser
	var whose []int
	stopped := false
	for _, n := range waiting {
		if stopped {
			outcomes[n] = ErrSkipped
			continue
		}
		row, err := i.s.importedRow(i.Source, batch[n])
		if err != nil {
			outcomes[n], stopped = err, i.Stop
			continue
		}
		rows, whose = append(rows, row), append(whose, n)
	}
	results, err := i.importRows(ctx, rows)
	if err != nil {
		return nil, err
	}
	var again []int
	for k, result := range results {
		n := whose[k]
		if outcomes[n] = importOutcome(result); isConflict(result, "id") {
			again = append(again, n)
		}
	}
	if len(again) > 0 && i.Stop {
		// Who came behind the taken id was not tried.
		for k := range results {
			if errors.Is(results[k], store.ErrSkipped) {
				again = append(again, whose[k])
			}
		}
	}
	return again, nil
}

func importOutcome(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrExists):
		return ErrExists
	case errors.Is(err, store.ErrSkipped):
		return ErrSkipped
	default:
		return storeErr(err)
	}
}

// admit asks the database, which has the last word.
func (i *Importer) importRows(ctx context.Context, rows []store.ImportedUser) ([]error, error) {
	if i.DryRun {
		return i.rehearse(ctx, rows)
	}
	if i.Wrap {
		if err := i.wrap(ctx, rows); err != nil {
			return nil, err
		}
	}
	results, err := i.s.store.ImportUsers(ctx, i.Source, rows, i.Stop)
	return results, storeErr(err)
}

// wrap wraps the hashes of those who are free to come: hashing is dear.
func (i *Importer) wrap(ctx context.Context, rows []store.ImportedUser) error {
	free, err := i.s.store.CheckImport(ctx, i.Source, rows, i.Stop)
	if err != nil {
		return storeErr(err)
	}
	var group errgroup.Group
	group.SetLimit(i.s.hasher.Parallel())
	for k := range rows {
		if free[k] != nil || rows[k].PasswordHash == nil {
			continue
		}
		group.Go(func() error {
			wrapped, err := i.s.hasher.WrapLegacy(ctx, *rows[k].PasswordHash)
			rows[k].PasswordHash = &wrapped
			return i.s.hashErr(err)
		})
	}
	return group.Wait()
}

// rehearse tells what the database would say, had it taken in whom it was
// asked about before.
func (i *Importer) rehearse(ctx context.Context, rows []store.ImportedUser) ([]error, error) {
	results, err := i.s.store.CheckImport(ctx, i.Source, rows, i.Stop)
	if err != nil {
		return nil, storeErr(err)
	}
	for k, row := range rows {
		if results[k] == nil {
			results[k] = i.promise(row)
		}
		if i.Stop && results[k] != nil && !errors.Is(results[k], store.ErrExists) {
			for rest := range results[k+1:] {
				results[k+1+rest] = store.ErrSkipped
			}
			break
		}
	}
	return results, nil
}

// promise remembers a user's facts, or tells whose they are.
func (i *Importer) promise(row store.ImportedUser) error {
	unique := []struct {
		what  string
		value *string
	}{{"alias", &row.Alias}, {"username", row.UsernameKey}, {"email", row.EmailKey}, {"mobile", (*string)(row.MobileIndex)}}
	if row.MobileVerifiedAt == nil {
		unique[3].value = nil
	}
	var sums []uint64
	for _, fact := range unique {
		if fact.value == nil {
			continue
		}
		sum := maphash.String(i.seed, fact.what+":"+*fact.value)
		if _, known := i.seen[sum]; known && fact.what == "alias" {
			return store.ErrExists
		} else if known {
			return store.ConflictError{What: fact.what}
		}
		sums = append(sums, sum)
	}
	for _, sum := range sums {
		i.seen[sum] = struct{}{}
	}
	return nil
}

// newcomerRow checks a newcomer as any new user is checked, but for the
// password, which was chosen elsewhere, and gives the row.
func (s *Service) importedRow(source string, n ImportedUser) (store.ImportedUser, error) {
	if err := checkText("id", n.Alias, longestAlias); err != nil {
		return store.ImportedUser{}, err
	}
	if n.Alias == "" {
		return store.ImportedUser{}, apierr.Field("id", apierr.Required)
	}
	id := s.ids.Next()
	row := s.newUser(id, source)
	update := n.update()
	update.Username = filled(update.Username)
	columns, err := s.columns(id, update)
	if err != nil {
		return store.ImportedUser{}, err
	}
	applyTo(&row, columns)
	row.PasswordHash = filled(&n.PasswordHash)
	now := row.UpdatedAt
	if !n.CreatedAt.IsZero() {
		row.CreatedAt = store.TimeOf(n.CreatedAt)
		row.ActivatedAt = &row.CreatedAt
	}
	if n.Disabled {
		row.DisabledAt = &now
	}
	setVerified(&row, n.EmailVerified, n.MobileVerified, now)
	return store.ImportedUser{User: row, Alias: n.Alias}, nil
}
