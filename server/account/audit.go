package account

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"time"

	"quartet/server/apierr"
	"quartet/server/network"
	"quartet/server/password"
	"quartet/store"
)

// The kinds of audit events. Those about organisations, roles, applications and
// keys come from the command line alone.
const (
	AuditSignIn                   = "sign_in"
	AuditSignInFailed             = "sign_in_failed"
	AuditLockout                  = "lockout" // a sign-in refused without a check, after too many failures
	AuditCodeSent                 = "code_sent"
	AuditSignOut                  = "sign_out"
	AuditSessionEnded             = "session_ended"
	AuditSessionReplaced          = "session_replaced"
	AuditRefreshReused            = "refresh_reused"
	AuditPasswordSet              = "password_set" // the first one
	AuditPasswordChanged          = "password_changed"
	AuditPasswordReset            = "password_reset" // without the old one
	AuditPasswordRefused          = "password_refused"
	AuditMobileVerified           = "mobile_verified"
	AuditMobileUnverified         = "mobile_unverified" // by an operator
	AuditEmailVerified            = "email_verified"    // vouched for
	AuditEmailUnverified          = "email_unverified"  // by an operator
	AuditUserCreated              = "user_created"
	AuditUsersImported            = "users_imported" // a batch of them
	AuditMembershipsImported      = "memberships_imported"
	AuditUserUpdated              = "user_updated"
	AuditUserDisabled             = "user_disabled"
	AuditUserEnabled              = "user_enabled"
	AuditUserRoleChanged          = "user_role_changed"
	AuditCodeRefused              = "code_refused"       // a wrong code, not of a sign-in
	AuditAccountClosed            = "account_closed"     // by its owner, with a time of grace
	AuditAccountReopened          = "account_reopened"   // by a sign-in within it
	AuditUserErased               = "user_erased"        // with everything that names them
	AuditDataCopied               = "data_copied"        // by its owner, or an operator
	AuditUserMerged               = "user_merged"        // into another, and gone
	AuditUserMergedInto           = "user_merged_into"   // by another, who is gone
	AuditMergeRefused             = "merge_refused"      // for want of proof
	AuditUserUnlocked             = "user_unlocked"      // its counters were deleted
	AuditClientIPUnlocked         = "client_ip_unlocked" // its counters were deleted
	AuditMembershipAdded          = "membership_added"
	AuditMembershipRemoved        = "membership_removed"
	AuditOrganisationAdded        = "organisation_added"
	AuditOrganisationRenamed      = "organisation_renamed"
	AuditOrganisationDeleted      = "organisation_deleted"
	AuditOrganisationDisabled     = "organisation_disabled"
	AuditOrganisationEnabled      = "organisation_enabled"
	AuditRoleAdded                = "role_added"
	AuditRoleRenamed              = "role_renamed"
	AuditRoleDeleted              = "role_deleted"
	AuditRoleDisabled             = "role_disabled"
	AuditRoleEnabled              = "role_enabled"
	AuditRoleAdministers          = "role_administers" // whether its holders administer their organisation
	AuditApplicationAdded         = "application_added"
	AuditApplicationRenamed       = "application_renamed"
	AuditApplicationDeleted       = "application_deleted"
	AuditApplicationDisabled      = "application_disabled"
	AuditApplicationEnabled       = "application_enabled"
	AuditApplicationRights        = "application_rights"
	AuditApplicationLinked        = "application_linked"
	AuditApplicationUnlinked      = "application_unlinked"
	AuditApplicationSecretAdded   = "application_secret_added"
	AuditApplicationSecretRevoked = "application_secret_revoked"
	AuditWeChatAppSet             = "wechat_app_set"
	AuditWeChatAppRemoved         = "wechat_app_removed"
	AuditWeChatLinked             = "wechat_linked"       // an identity, to a user who was there
	AuditWeChatRefused            = "wechat_refused"      // a link, because the identity is another user's
	AuditApplicationRefused       = "application_refused" // by its secret
	AuditKeyRotated               = "key_rotated"
	AuditKeyRetired               = "key_retired"
	AuditWebhookAdded             = "webhook_added"
	AuditWebhookChanged           = "webhook_changed"
	AuditWebhookDisabled          = "webhook_disabled" // by an operator, or by its own answer
	AuditWebhookEnabled           = "webhook_enabled"
	AuditWebhookDeleted           = "webhook_deleted"
	AuditWebhookSecretRotated     = "webhook_secret_rotated"
	AuditWebhookTested            = "webhook_tested"
	AuditDeliveriesReplayed       = "deliveries_replayed"
)

// AuditKinds lists every kind of audit event.
func AuditKinds() []string {
	return []string{
		AuditSignIn, AuditSignInFailed, AuditLockout, AuditCodeSent,
		AuditSignOut, AuditSessionEnded, AuditSessionReplaced, AuditRefreshReused,
		AuditPasswordSet, AuditPasswordChanged, AuditPasswordReset, AuditPasswordRefused,
		AuditMobileVerified, AuditMobileUnverified, AuditEmailVerified, AuditEmailUnverified,
		AuditUserCreated, AuditUsersImported, AuditMembershipsImported, AuditUserUpdated, AuditUserDisabled, AuditUserEnabled, AuditUserRoleChanged,
		AuditCodeRefused, AuditAccountClosed, AuditAccountReopened, AuditUserErased, AuditDataCopied,
		AuditUserMerged, AuditUserMergedInto, AuditMergeRefused,
		AuditUserUnlocked, AuditClientIPUnlocked,
		AuditMembershipAdded, AuditMembershipRemoved,
		AuditOrganisationAdded, AuditOrganisationRenamed, AuditOrganisationDeleted, AuditOrganisationDisabled, AuditOrganisationEnabled,
		AuditRoleAdded, AuditRoleRenamed, AuditRoleDeleted, AuditRoleDisabled, AuditRoleEnabled, AuditRoleAdministers,
		AuditApplicationAdded, AuditApplicationRenamed, AuditApplicationDeleted, AuditApplicationDisabled, AuditApplicationEnabled,
		AuditApplicationRights, AuditApplicationLinked, AuditApplicationUnlinked,
		AuditApplicationSecretAdded, AuditApplicationSecretRevoked, AuditApplicationRefused,
		AuditWeChatAppSet, AuditWeChatAppRemoved, AuditWeChatLinked, AuditWeChatRefused,
		AuditKeyRotated, AuditKeyRetired,
		AuditWebhookAdded, AuditWebhookChanged, AuditWebhookDisabled, AuditWebhookEnabled, AuditWebhookDeleted,
		AuditWebhookSecretRotated, AuditWebhookTested, AuditDeliveriesReplayed,
	}
}

// DialectCommandLine is the dialect of audit events of the command line.
const DialectCommandLine = "command_line"

// AuditEvent is a recorded event.
type AuditEvent struct {
	ID        int64 // ascends with time
	At        Time
	Kind      string
	ActorID   *int64 // who did it; nil: unknown, or the command line
	SubjectID *int64 // the user it was done to
	SessionID *int64 // that it is about or was done in
	Dialect   string // of the operation
	ClientIP  string // "" where there is no client
	Detail    string // a JSON object
}

// EventDetails are details that many kinds of events have; "" is none.
type EventDetails struct {
	Way    string `json:"way"`    // of signing in
	Reason string `json:"reason"` // of a failure, or of the end of a session
}

// Details reads the event's details.
func (e AuditEvent) Details() (d EventDetails) {
	_ = json.Unmarshal([]byte(e.Detail), &d) // the service writes objects
	return d
}

// AuditFilter selects events. Zero values select everything.
type AuditFilter struct {
	Since, Until Time     // from Since on, and before Until
	Kinds        []string // any of these
	Subject      *int64   // the user it was done to
	AfterID      int64    // with higher ids
	BeforeID     int64    // with lower ids; 0: any
	Limit        int      // maximum number of events
	// Newest selects the newest events where there are more than Limit, not the
	// oldest.
	Newest bool
}

// RequestInfo is where a request came from and in which dialect.
type RequestInfo struct{ Dialect, ClientIP, UserAgent string }

type requestInfoKey struct{}

// WithRequestInfo gives a context whose audit events carry info, and whose passwords are
// hashed within the share of the client IP.
func WithRequestInfo(ctx context.Context, info RequestInfo) context.Context {
	at := network.Of(info.ClientIP)
	ctx = password.WithClient(ctx, password.Client{Address: at.Client, Network: at.Block})
	return context.WithValue(ctx, requestInfoKey{}, info)
}

// requestInfo is that of WithRequestInfo, empty outside of a request.
func requestInfo(ctx context.Context) RequestInfo {
	info, _ := ctx.Value(requestInfoKey{}).(RequestInfo)
	return info
}

// event is an AuditEvent to record. It contains no secrets or personal data: mobiles
// and attempted accounts are keyed hashes, changes of a user are the names of the
// fields.
type event struct {
	kind                    string
	actor, subject, session int64 // 0: none
	dialect, clientIP       string
	detail                  details
}

// details are the details of an event: texts, numbers and lists of texts.
type details map[string]any

const (
	// auditWait is how long storing an event may take.
	auditWait = 5 * time.Second
	// auditGrace is the minimum of auditWait when the request's deadline is near. The
	// response still comes within 5 s.
	auditGrace = 300 * time.Millisecond
)

// audit stores events and writes them to the log. It is for refusals that write nothing
// else and for the command line; other events are recorded in the transaction of what
// happened. A failure to store an event is only logged, and events are stored even if
// the client leaves.
func (s *Service) audit(ctx context.Context, events ...event) {
	rows := s.auditRows(ctx, events)
	err := s.storeAudit(ctx, rows)
	s.streamAudit(ctx, events, rows)
	if err != nil {
		s.log.ErrorContext(ctx, "audit event was not stored", "kind", events[0].kind, "events", len(events), "error", err)
	}
}

// auditRefusal is audit of what a stranger has sent to be refused. Of one client
// WrongSecretPerIP are recorded; the metrics have all.
func (s *Service) auditRefusal(ctx context.Context, refused event) {
	limits := s.perClient("refusals", s.limits.WrongSecretPerIP, requestInfo(ctx).ClientIP)
	if s.wait(ctx, limits) != nil {
		return
	}
	if apierr.Is(s.consumeRateLimits(ctx, limits), apierr.TooManyRequests) {
		s.rememberFull(ctx, limits)
		return
	}
	s.audit(ctx, refused)
}

// auditRows gives the rows of events that happen now, without ids.
func (s *Service) auditRows(ctx context.Context, events []event) []store.AuditEvent {
	now := store.TimeOf(s.now())
	origin := requestInfo(ctx)
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

func (s *Service) storeAudit(ctx context.Context, rows []store.AuditEvent) error {
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
		s.setIDs(rows)
		return s.store.InTx(ctx, func(tx store.Tx) error { return tx.InsertAudit(ctx, rows...) })
	})
}

// setIDs gives each row an id, in ascending order.
func (s *Service) setIDs(rows []store.AuditEvent) {
	for i := range rows {
		rows[i].ID = s.ids.Next()
	}
}

func (e event) row(now store.Time, origin RequestInfo) store.AuditEvent {
	row := store.AuditEvent{
		At: now, Kind: e.kind, Dialect: e.dialect, ClientIP: e.clientIP, Detail: "{}",
		ActorID: idOrNil(e.actor), SubjectID: idOrNil(e.subject), SessionID: idOrNil(e.session),
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
			panic(err) // impossible: details are texts, numbers and lists of texts
		}
		row.Detail = string(text)
	}
	return row
}

func idOrNil(id int64) *int64 {
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

// ListAudit gives the audit events that f selects, oldest first.
func (s *Service) ListAudit(ctx context.Context, f AuditFilter) ([]AuditEvent, error) {
	rows, err := s.store.ListAudit(ctx, store.AuditFilter(f))
	return convert(rows, func(row store.AuditEvent) AuditEvent { return AuditEvent(row) }), storeErr(err)
}
