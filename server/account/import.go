package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"quartet/server/account/importmerge"
	"quartet/server/account/quickhash"
	"quartet/server/apierr"
	"quartet/store"
)

const longestAlias = 128 // characters

// Outcomes of Importer.Import besides failures.
var (
	ErrExists  = errors.New("account: already imported")
	ErrDeleted = errors.New("account: deleted in the other system")
	ErrErased  = errors.New("account: the person has closed the account here")
	ErrSkipped = errors.New("account: skipped after an earlier error")
)

// ImportedUser is a user of another system. An empty Username is none; Password is
// not read.
type ImportedUser struct {
	NewUser
	Alias                         string // id there, 1 to 128 characters
	Department                    string // id of a department there; "" for none
	PasswordHash                  string // as package password stores it; "" for none
	Disabled                      bool
	Deleted                       bool // not imported; an update disables who is here
	EmailVerified, MobileVerified bool
	CreatedAt                     time.Time // the zero value: now
}

// ImportOptions are the options of an Importer.
type ImportOptions struct {
	Source string // the other system; it and Alias tell who was imported before
	Stop   bool   // at the first failure
	DryRun bool   // change nothing
	// Update brings later values to users who were imported before; Overwrite also
	// where a field was set here since.
	Update, Overwrite bool
}

// Importer imports users, a batch at a time. It is not safe for concurrent use, and
// must be closed.
type Importer struct {
	s *Service
	ImportOptions
	seen        *store.ImportKeys // of a dry run: who would have been imported
	departments map[string]int64  // organisations by their ids there; nil: not read yet
	roles       map[string]int64  // and roles
	// UnknownDepartments is the number of users whose department was not imported,
	// although others were.
	UnknownDepartments int
}

// NewImporter makes an Importer.
func (s *Service) NewImporter(o ImportOptions) *Importer {
	return &Importer{s: s, ImportOptions: o}
}

// Close deletes the temporary file of a dry run.
func (i *Importer) Close() error {
	if i.seen == nil {
		return nil
	}
	return i.seen.Close()
}

// Import imports users as members, in one transaction, and returns the outcome of each:
// nil, ErrExists, an Updated, ErrDeleted, ErrErased, ErrSkipped or a failure
// (InvalidField with the names of document 004, UsernameTaken, EmailTaken, MobileTaken).
func (i *Importer) Import(ctx context.Context, batch []ImportedUser) ([]error, error) {
	if err := i.readDepartments(ctx); err != nil {
		return nil, err
	}
	outcomes := make([]error, len(batch))
	erased, err := i.erased(ctx, batch)
	if err != nil {
		return nil, err
	}
	var waiting []int // indexes of those without an outcome
	for n := range batch {
		switch {
		case erased[batch[n].Alias]:
			outcomes[n] = ErrErased
		case batch[n].Deleted:
			outcomes[n] = ErrDeleted
		default:
			waiting = append(waiting, n)
		}
	}
	added := 0
	for range 3 { // as withNewIDs does
		var err error
		if waiting, err = i.try(ctx, batch, waiting, outcomes); err != nil {
			return nil, err
		}
		if len(waiting) == 0 {
			break
		}
	}
	if i.Update {
		if err := i.update(ctx, batch, outcomes); err != nil {
			return nil, err
		}
	}
	for n, err := range outcomes {
		i.countDepartment(batch[n], err)
		switch {
		case err == nil:
			added++
		case i.Stop && isRefusal(err):
			for rest := n + 1; rest < len(outcomes); rest++ {
				outcomes[rest] = ErrSkipped
			}
		}
	}
	if added > 0 && !i.DryRun {
		i.s.audit(ctx, i.s.CommandLine().event(AuditUsersImported, 0, details{"source": i.Source, "users": added}))
	}
	return outcomes, nil
}

// erased finds those of a batch who had an account here, and have closed it.
func (i *Importer) erased(ctx context.Context, batch []ImportedUser) (map[string]bool, error) {
	digests, aliases := make([]store.Digest, len(batch)), make(map[store.Digest]string, len(batch))
	for n := range batch {
		digests[n] = i.s.identityDigest(i.Source, batch[n].Alias)
		aliases[digests[n]] = batch[n].Alias
	}
	closed, err := i.s.store.ClosedIdentities(ctx, digests)
	erased := make(map[string]bool, len(closed))
	for _, digest := range closed {
		erased[aliases[digest]] = true
	}
	return erased, storeErr(err)
}

// try imports those of waiting whose new id is free, sets their outcomes, and returns
// the others.
func (i *Importer) try(ctx context.Context, batch []ImportedUser, waiting []int, outcomes []error) ([]int, error) {
	var rows []store.ImportedUser
	var whose []int
	stopped := false
	for _, n := range waiting {
		if stopped {
			outcomes[n] = ErrSkipped
			continue
		}
		row, err := i.importedRow(batch[n])
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
		// the users after the taken id were not tried
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

// isRefusal reports whether an outcome ends an import that stops at the first one.
func isRefusal(err error) bool {
	_, updated := errors.AsType[Updated](err)
	return err != nil && !updated && !errors.Is(err, ErrExists) && !errors.Is(err, ErrDeleted) && !errors.Is(err, ErrErased)
}

// importRows imports rows, or returns the outcomes that this would have.
func (i *Importer) importRows(ctx context.Context, rows []store.ImportedUser) ([]error, error) {
	if i.DryRun {
		if i.seen == nil {
			var err error
			if i.seen, err = store.OpenImportKeys(ctx); err != nil {
				return nil, err
			}
		}
		results, err := i.s.store.CheckImport(ctx, i.Source, rows, i.Stop, i.seen)
		return results, storeErr(err)
	}
	var notes map[string]string
	if slices.ContainsFunc(rows, func(row store.ImportedUser) bool { return quickhash.IsToWrap(valueOf(row.PasswordHash)) }) {
		notes = map[string]string{quickhash.Entry: quickhash.NewEntry()}
	}
	results, err := i.s.store.ImportUsers(ctx, i.Source, rows, i.Stop, notes)
	return results, storeErr(err)
}

// importedRow checks a user as any new user, except the password, which was chosen
// elsewhere, and returns the row.
func (i *Importer) importedRow(n ImportedUser) (store.ImportedUser, error) {
	if err := checkText("id", n.Alias, longestAlias); err != nil {
		return store.ImportedUser{}, err
	}
	if n.Alias == "" {
		return store.ImportedUser{}, apierr.Field("id", apierr.Required)
	}
	row, err := i.s.importedUser(i.Source, n)
	if err != nil {
		return store.ImportedUser{}, err
	}
	digest := i.digestOf(n.Alias)
	record := importmerge.New(i.s.saidOf(n, row), digest)
	imported := store.ImportedUser{User: row, Alias: n.Alias}
	if organisation, known := i.departments[n.Department]; known {
		record = record.Add(importmerge.Department, n.Department, digest)
		imported.Organisations = []int64{organisation}
	}
	imported.Record = string(record)
	return imported, nil
}

func (s *Service) importedUser(source string, n ImportedUser) (store.User, error) {
	id := s.ids.Next()
	row := s.newUser(id, source)
	update := n.update()
	update.Username = filled(update.Username)
	columns, err := s.columns(id, update)
	if err != nil {
		return store.User{}, err
	}
	applyTo(&row, columns)
	if n.PasswordHash != "" {
		row.PasswordHash = new(quickhash.Seal(s.sealer, id, n.PasswordHash))
	}
	now := row.UpdatedAt
	if !n.CreatedAt.IsZero() {
		row.CreatedAt = store.TimeOf(n.CreatedAt)
		row.ActivatedAt = &row.CreatedAt
	}
	if n.Disabled {
		row.DisabledAt = &now
	}
	setVerified(&row, n.EmailVerified, n.MobileVerified, now)
	return row, nil
}
