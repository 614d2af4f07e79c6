package account

import (
	"context"
	"maps"
	"slices"

	"quartet/server/apierr"
	"quartet/store"
)

// Operator looks after users, organisations, applications and the rest: the command line,
// an administrator, or an application with rights. Its methods do what the caller of an
// operation of the contract may ask for if they have the operation's right; whom they may
// do it to is decided here.
type Operator struct {
	*Service
	caller        Caller // the administrator; zero for the command line and for applications
	application   string // that proved itself, "" if it is no application
	isCommandLine bool
	rights        map[string]bool
	organisations map[int64]bool // that they may see; nil for all
	key           idempotencyKey
	version       *int64 // that the resource must have; nil for any
}

// CommandLine is the operator who runs commands beside the database. They may do
// everything.
func (s *Service) CommandLine() Operator {
	return Operator{Service: s, isCommandLine: true, rights: rightsSet(OperatorRights())}
}

// Operator returns who operates by a session or, without a caller, by an application that
// proved itself. Failures are Forbidden for a user and an application without any
// right.
func (s *Service) Operator(ctx context.Context, caller Caller, application CallingApplication) (Operator, error) {
	o := Operator{Service: s, caller: caller}
	switch {
	case caller.isAdministrator():
		o.rights = rightsSet(rightsOfRole(caller.Role))
	case caller.UserID != 0:
		organisations, err := s.store.AdministeredOrganisations(ctx, caller.UserID)
		if err != nil {
			return Operator{}, storeErr(err)
		}
		if len(organisations) > 0 {
			o.rights, o.organisations = rightsSet(organisationRights), map[int64]bool{}
			for _, id := range organisations {
				o.organisations[id] = true
			}
		}
	case application.Proven:
		row, err := s.store.ApplicationByID(ctx, application.ID)
		if err != nil {
			return Operator{}, toAPIErr(err, apierr.UnknownApplication)
		}
		o.application, o.rights = row.ID, rightsSet(operatorRightsOf(row.Rights))
	}
	if len(o.rights) == 0 {
		return Operator{}, apierr.New(apierr.Forbidden)
	}
	return o, nil
}

// Has reports whether the operator has a right, in some organisation at least.
func (s Operator) Has(right string) bool { return s.rights[right] }

// Rights lists the operator's rights.
func (s Operator) Rights() []string { return slices.Sorted(maps.Keys(s.rights)) }

// Caller is the administrator who operates; the zero Caller if it is no user.
func (s Operator) Caller() Caller { return s.caller }

// IfVersion returns an operator whose next change of a resource fails with
// PreconditionFailed unless the resource has that version; nil is any.
func (s Operator) IfVersion(version *int64) Operator {
	s.version = version
	return s
}

// mayActOn lets operators change users who may do less than they: super administrators
// everybody, administrators members, and applications members who administer no
// organisation. Whoever administers an organisation changes nobody.
func (s Operator) mayActOn(ctx context.Context, in administration, target store.User) error {
	switch {
	case s.isCommandLine, s.caller.isSuperAdministrator():
		return nil
	case target.Role != RoleMember, s.organisations != nil:
		return apierr.New(apierr.Forbidden)
	}
	return s.mayDepose(ctx, in, store.Administering{UserID: target.ID})
}

// administration is a store or a transaction, where it says who administers organisations.
type administration interface {
	Administers(ctx context.Context, a store.Administering) (bool, error)
}

// mayDepose lets those alone who may give a role that administers an organisation take it,
// or change what it lets its holders do. It fails if which selects somebody with such a
// role, and the operator is not one of them.
func (s Operator) mayDepose(ctx context.Context, in administration, which store.Administering) error {
	if s.mayAppoint() {
		return nil
	}
	held, err := in.Administers(ctx, which)
	if err == nil && held {
		err = apierr.New(apierr.Forbidden)
	}
	return err
}

// sees reports whether the operator may see an organisation and its members.
func (s Operator) sees(organisationID int64) bool {
	return s.organisations == nil || s.organisations[organisationID]
}

// mayAppoint lets administrators alone give a role whose holders administer an
// organisation.
func (s Operator) mayAppoint() bool { return s.isCommandLine || s.caller.isAdministrator() }

// appoints accepts that the operator gives a role whose holders administer an organisation.
// Failures are Forbidden, and FreshProofRequired with the field.
func (s Operator) appoints(field string) error {
	if !s.mayAppoint() {
		return apierr.New(apierr.Forbidden)
	}
	return s.givesAuthority(s.caller, field)
}

// readLong runs a read that looks at very many rows. A server does one at a time, because a
// few of them occupy a database's connections; of each operator's requests one at a time
// waits for it, so that whoever sends many keeps no other operator waiting. The failure is
// Unavailable when the request's time has passed.
func (s Operator) readLong(ctx context.Context, read func() error) error {
	for _, key := range []string{s.identity(), ""} {
		release, err := s.longReads.acquire(ctx, key)
		if err != nil {
			return apierr.Wrap(apierr.Unavailable, err)
		}
		defer release()
	}
	return read()
}

// identity tells operators apart, for what belongs to one of them.
func (s Operator) identity() string {
	switch {
	case s.isCommandLine:
		return DialectCommandLine
	case s.application != "":
		return "application:" + s.application
	default:
		return userSubject(s.caller.UserID)
	}
}

// event is an event that the operator caused; subject is 0 where it is no user.
func (s Operator) event(kind string, subject int64, detail details) event {
	switch {
	case s.isCommandLine:
		return event{kind: kind, subject: subject, dialect: DialectCommandLine, detail: detail}
	case s.application != "":
		named := details{"by_application": s.application}
		maps.Copy(named, detail)
		return event{kind: kind, subject: subject, detail: named}
	default:
		return s.caller.eventBy(kind, subject, detail)
	}
}

// actor is the user who operates, nil if it is none.
func (s Operator) actor() *int64 { return idOrNil(s.caller.UserID) }
