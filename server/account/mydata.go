package account

import (
	"context"

	"quartet/store"
)

// signInKinds are the events of one's sign-in history.
var signInKinds = []string{
	AuditSignIn, AuditSignInFailed, AuditLockout, AuditSignOut, AuditSessionReplaced, AuditSessionEnded, AuditRefreshReused,
	AuditPasswordSet, AuditPasswordChanged, AuditPasswordReset, AuditPasswordRefused, AuditCodeRefused,
	AuditMobileVerified, AuditWeChatLinked, AuditAccountClosed, AuditAccountReopened,
}

// SignInHistory lists the caller's sign-ins and changes of ways in, the failed ones too,
// newest first: at most limit before the event beforeID, 0 for the newest. next is the
// beforeID of the following page, 0 if there is none. It reaches back as far as the audit
// is kept.
func (s *Service) SignInHistory(ctx context.Context, caller Caller, beforeID int64, limit int) (events []AuditEvent, next int64, err error) {
	rows, err := s.store.ListAudit(ctx, store.AuditFilter{
		Subject: &caller.UserID, Kinds: signInKinds, BeforeID: beforeID, Limit: limit + 1, Newest: true,
	})
	if err != nil {
		return nil, 0, storeErr(err)
	}
	if len(rows) > limit {
		rows = rows[len(rows)-limit:]
		next = rows[0].ID
	}
	events = make([]AuditEvent, len(rows))
	for i, row := range rows {
		events[len(rows)-1-i] = AuditEvent(row)
	}
	return events, next, nil
}

// PersonalData is everything that is stored of a user, but secrets.
type PersonalData struct {
	User        User // with WeChat identities
	OtherIDs    []OtherID
	Memberships []Membership
	Sessions    []FoundSession // ended ones too, oldest first
	Events      []AuditEvent   // about the user, oldest first
}

// OtherID is the id of a user in another system.
type OtherID struct{ Origin, ID string }

// CopyData returns a copy of what is stored of the caller. The failure is
// TooManyRequests.
func (s *Service) CopyData(ctx context.Context, caller Caller) (PersonalData, error) {
	subject, err := s.ofUser(ctx, s.store, caller.UserID)
	if err != nil {
		return PersonalData{}, storeErr(err)
	}
	if err := s.consumeRateLimits(ctx, []store.RateLimit{s.limits.DataPerUser.limit("copy:" + subject)}); err != nil {
		return PersonalData{}, err
	}
	data, err := s.ExportUser(ctx, caller.UserID)
	if err == nil {
		s.audit(ctx, caller.eventBy(AuditDataCopied, caller.UserID, nil))
	}
	return data, err
}

// CopyDataOf is CopyData of any user and without a limit. The failure is UserNotFound.
func (s Operator) CopyDataOf(ctx context.Context, userID int64) (PersonalData, error) {
	data, err := s.ExportUser(ctx, userID)
	if err == nil {
		s.audit(ctx, s.event(AuditDataCopied, userID, nil))
	}
	return data, err
}

func (s *Service) otherIDs(ctx context.Context, userID int64) ([]OtherID, error) {
	aliases, err := s.store.AliasesOf(ctx, userID)
	return convert(aliases, func(a store.Alias) OtherID { return OtherID{a.Source, a.ID} }), storeErr(err)
}

// pageOfData is the number of rows that one query of a copy reads.
const pageOfData = 500

// ExportUser returns a copy of what is stored of a user. The failure is UserNotFound.
func (s *Service) ExportUser(ctx context.Context, userID int64) (data PersonalData, err error) {
	if data.User, err = s.userWithWeChat(ctx, userID); err != nil {
		return PersonalData{}, err
	}
	if data.OtherIDs, err = s.otherIDs(ctx, userID); err != nil {
		return PersonalData{}, err
	}
	profile, err := s.store.ProfileByID(ctx, userID)
	if err != nil {
		return PersonalData{}, storeErr(err)
	}
	data.Memberships = convert(profile.Memberships, newMembership)
	sessions, err := allPages(func(after int64) ([]store.Session, error) {
		return s.store.FindSessions(ctx, store.SessionFilter{UserID: userID}, after, pageOfData)
	}, func(row store.Session) int64 { return row.ID })
	if err != nil {
		return PersonalData{}, err
	}
	data.Sessions = convert(sessions, newFoundSession)
	events, err := allPages(func(after int64) ([]store.AuditEvent, error) {
		return s.store.ListAudit(ctx, store.AuditFilter{Subject: &userID, AfterID: after, Limit: pageOfData})
	}, func(row store.AuditEvent) int64 { return row.ID })
	data.Events = convert(events, func(row store.AuditEvent) AuditEvent { return AuditEvent(row) })
	return data, err
}

// allPages reads rows page by page, in order of their ids.
func allPages[Row any](page func(after int64) ([]Row, error), id func(Row) int64) (all []Row, err error) {
	for after := int64(0); ; {
		rows, err := page(after)
		if err != nil {
			return nil, storeErr(err)
		}
		all = append(all, rows...)
		if len(rows) < pageOfData {
			return all, nil
		}
		after = id(rows[len(rows)-1])
	}
}
