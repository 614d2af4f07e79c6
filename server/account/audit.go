package account

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"time"

	"quartet/store"
)

// The kinds of audit events. Those about organisations, roles, applications and
// keys come from the command line alone.
const (
	AuditSignIn               = "sign_in"
	AuditSignInFailed         = "sign_in_failed"
	AuditLockout              = "lockout" // a sign-in refused unheard, after too many failures
	AuditCodeSent             = "code_sent"
	AuditSignOut              = "sign_out"
	AuditSessionEnded         = "session_ended"
	AuditSessionReplaced      = "session_replaced"
	AuditRefreshReused        = "refresh_reused"
	AuditPasswordSet          = "password_set" // the first one
	AuditPasswordChanged      = "password_changed"
	AuditPasswordReset        = "password_reset" // without the old one
	AuditPasswordRefused      = "password_refused"
	AuditMobileVerified       = "mobile_verified"
	AuditUserCreated          = "user_created"
	AuditUsersImported        = "users_imported" // a batch of them
	AuditUserUpdated          = "user_updated"
	AuditUserDisabled         = "user_disabled"
	AuditUserEnabled          = "user_enabled"
	AuditUserRoleChanged      = "user_role_changed"
	AuditMembershipAdded      = "membership_added"
	AuditMembershipRemoved    = "membership_removed"
	AuditOrganisationAdded    = "organisation_added"
	AuditOrganisationDisabled = "organisation_disabled"
	AuditOrganisationEnabled  = "organisation_enabled"
	AuditRoleAdded            = "role_added"
	AuditRoleDisabled         = "role_disabled"
	AuditRoleEnabled          = "role_enabled"
	AuditApplicationAdded     = "application_added"
	AuditApplicationDisabled  = "application_disabled"
	AuditApplicationEnabled   = "application_enabled"
	AuditApplicationRights    = "application_rights"
	AuditApplicationLinked    = "application_linked"
	AuditApplicationUnlinked  = "application_unlinked"
	AuditKeyRotated           = "key_rotated"
	AuditKeyRetired           = "key_retired"
)

// AuditKinds lists every kind of audit event.
func AuditKinds() []string {
	return []string{
		AuditSignIn, AuditSignInFailed, AuditLockout, AuditCodeSent,
		AuditSignOut, AuditSessionEnded, AuditSessionReplaced, AuditRefreshReused,
		AuditPasswordSet, AuditPasswordChanged, AuditPasswordReset, AuditPasswordRefused, AuditMobileVerified,
		AuditUserCreated, AuditUsersImported, AuditUserUpdated, AuditUserDisabled, AuditUserEnabled, AuditUserRoleChanged,
		AuditMembershipAdded, AuditMembershipRemoved,
		AuditOrganisationAdded, AuditOrganisationDisabled, AuditOrganisationEnabled,
		AuditRoleAdded, AuditRoleDisabled, AuditRoleEnabled,
		AuditApplicationAdded, AuditApplicationDisabled, AuditApplicationEnabled,
		AuditApplicationRights, AuditApplicationLinked, AuditApplicationUnlinked,
		AuditKeyRotated, AuditKeyRetired,
	}
}

// StyleCommandLine is the dialect of audit events that no operation stands behind:
// whoever works beside the database did it.
const DialectCommandLine = "command_line"

// Origin is where a request came from and in which dialect, for the audit.
type RequestInfo struct{ Dialect, ClientIP string }

type requestInfoKey struct{}

// WithOrigin gives the context of one request, which says where it came from.
// What the rules ask of sessions and applications under it, the store looks up
// at one moment where it can.
func WithRequestInfo(ctx context.Context, o RequestInfo) context.Context {
	return store.AtAGlance(context.WithValue(ctx, requestInfoKey{}, o))
}

// event is something that has happened. Nothing in it may be secret or personal:
// a mobile or the account that somebody typed appear as their keyed index, a
// change of a user by the names of its fields.
type event struct {
	kind                    string
	actor, subject, session int64 // 0: none
	dialect, clientIP       string
	detail                  details
}

// facts are what is particular to an event. Values are texts, numbers and lists
// of texts.
type details map[string]any

const (
	// auditWait is how long an event may take to be kept.
	auditWait = 5 * time.Second
	// auditGrace is what is left for it at least, when the request's own time is
	// nearly over. The answer still comes within 5 s.
	auditGrace = 300 * time.Millisecond
)

// audit keeps events of the same moment, and streams them to the log. What
// happens to users and sessions is told by together; this is for refusals that
// write nothing else, and for the rest of what the command line does. They have
// happened: that they cannot be kept is told to the log and to nobody else, and a
// caller who left meanwhile does not keep them from being written.
func (s *Service) audit(ctx context.Context, events ...event) {
	rows := s.auditRows(ctx, events)
	err := s.keepAudit(ctx, rows)
	s.streamAudit(ctx, events, rows)
	if err != nil {
		s.log.ErrorContext(ctx, "an audit event was not kept", "kind", events[0].kind, "events", len(events), "error", err)
	}
}

// auditRows gives the rows of events that happen now, without ids.
func (s *Service) auditRows(ctx context.Context, events []event) []store.AuditEvent {
	now := store.TimeOf(s.now())
	origin, _ := ctx.Value(requestInfoKey{}).(RequestInfo)
	rows := make([]store.AuditEvent, 0, len(events))
	for _, e := range events {
		rows = append(rows, e.row(now, origin))
	}
	return rows
}

func (s *Service) streamAudit(ctx context.Context, events []event, rows []store.AuditEvent) {
	for i, row := range rows {
		s.log.LogAttrs(ctx, slog.LevelInfo, "audit", auditAttributes(row, events[i].detail)...)
	}
}

func (s *Service) keepAudit(ctx context.Context, rows []store.AuditEvent) error {
	until := time.Now().Add(auditWait)
	if given, ok := ctx.Deadline(); ok {
		until = given
		if soonest := time.Now().Add(auditGrace); until.Before(soonest) {
			until = soonest
		}
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), until)
	defer cancel()
	return withNewIDs(func() error {
		s.number(rows)
		return s.store.InTx(ctx, func(d store.Tx) error { return d.InsertAudit(ctx, rows...) })
	})
}

// number gives each row an id, in their order.
func (s *Service) number(rows []store.AuditEvent) {
	for i := range rows {
		rows[i].ID = s.ids.Next()
	}
}

func (e event) row(now store.Time, origin RequestInfo) store.AuditEvent {
	row := store.AuditEvent{
		At: now, Kind: e.kind, Dialect: e.dialect, ClientIP: e.clientIP, Detail: "{}",
		ActorID: known(e.actor), SubjectID: known(e.subject), SessionID: known(e.session),
	}
	if row.Dialect == "" {
		row.Dialect = origin.Dialect
	}
	if row.ClientIP == "" {
		row.ClientIP = origin.ClientIP
	}
	row.ClientIP = clip(row.ClientIP, longestClientIP)
	if len(e.detail) > 0 {
		text, err := json.Marshal(e.detail)
		if err != nil {
			panic(err) // impossible: facts are texts, numbers and lists of texts
		}
		row.Detail = string(text)
	}
	return row
}

func known(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func auditAttributes(row store.AuditEvent, detail details) []slog.Attr {
	attributes := []slog.Attr{
		slog.Int64("id", row.ID), slog.Time("at", row.At.Time()), slog.String("kind", row.Kind),
	}
	for _, id := range []struct {
		name  string
		value *int64
	}{{"actor", row.ActorID}, {"subject", row.SubjectID}, {"session", row.SessionID}} {
		if id.value != nil {
			attributes = append(attributes, slog.Int64(id.name, *id.value))
		}
	}
	attributes = append(attributes, slog.String("dialect", row.Dialect), slog.String("client_ip", row.ClientIP))
	var particular []any
	for _, name := range slices.Sorted(maps.Keys(detail)) {
		particular = append(particular, slog.Any(name, detail[name]))
	}
	return append(attributes, slog.Group("detail", particular...))
}

// ListAudit gives the audit events that f asks for, oldest first.
func (s *Service) ListAudit(ctx context.Context, f store.AuditFilter) ([]store.AuditEvent, error) {
	events, err := s.store.ListAudit(ctx, f)
	return events, storeErr(err)
}
