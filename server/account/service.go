package account

import (
	"context"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"quartet/server/fieldcrypt"
	"quartet/server/idgen"
	"quartet/server/password"
	"quartet/server/token"
	"quartet/store"
)

// Time is a time in milliseconds since the Unix epoch.
type Time = store.Time

// Config contains the dependencies and settings of a Service. Store, Hasher, Signer,
// both keys, Sealer and IDs are required; SMS and WeChat may be nil if nothing calls
// them (the command line).
type Config struct {
	Store  *store.Store
	Hasher *password.Hasher
	Signer *token.Signer
	// AccessKey derives access tokens, CodeKey authenticates one-time codes. Both are
	// secrets of 32 bytes that are not in the database.
	AccessKey, CodeKey []byte
	Sealer             *fieldcrypt.Sealer
	IDs                *idgen.Generator
	SMS                SMS
	WeChat             WeChat     // of sign-ins that name no application with an app of its own
	WeChatApps         WeChatApps // nil: no application has one
	// OldBackEnd is asked for users who have no password here; nil for none. OldSource is
	// its name: that under which its users are imported.
	OldBackEnd OldBackEnd
	OldSource  string
	Now        func() time.Time // nil: time.Now
	// OpenRegistration lets everyone create a user, not only administrators.
	OpenRegistration bool
	// RequireNewPassword makes sessions that were opened by a password that the policy
	// refuses good for setting another one alone.
	RequireNewPassword bool
	Limits             Limits // the zero value: DefaultLimits
	// NewCode returns the one-time code for a mobile. nil: RandomCode.
	NewCode func(mobile string) string
	// WebhookAddress refuses the URL of a webhook that is at an address within. nil: none is
	// refused here, as every delivery is checked.
	WebhookAddress func(context.Context, *url.URL) error
	Log            *slog.Logger // nil: silent
}

// Service implements the rules. It is safe for concurrent use.
type Service struct {
	store              *store.Store
	hasher             *password.Hasher
	signer             *token.Signer
	accessKey          []byte
	codeKey            []byte
	sealer             *fieldcrypt.Sealer
	ids                *idgen.Generator
	sms                SMS
	weChat             WeChat
	weChatApps         WeChatApps
	oldBackEnd         OldBackEnd
	oldSource          string
	now                func() time.Time
	openRegistration   bool
	requireNewPassword bool
	limits             Limits
	newCode            func(mobile string) string
	webhookAddress     func(context.Context, *url.URL) error
	log                *slog.Logger
	guesses            guessMemory
	weChatCodes        singleflight.Group // WeChat codes being exchanged, by their hash
	asked              singleflight.Group // sign-ins that ask the old back end, by a keyed hash of what was typed
	longReads          keyedLock          // see Operator.readLong
	background         sync.WaitGroup     // work that outlives its request
	lastSeen           lastSeen
	secretUse          lastSeen // of application secrets, by their ids
}

// New creates a service from c, with defaults for zero fields.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits()
	}
	if c.NewCode == nil {
		c.NewCode = RandomCode
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		store: c.Store, hasher: c.Hasher, signer: c.Signer,
		accessKey: c.AccessKey, codeKey: c.CodeKey,
		sealer: c.Sealer, ids: c.IDs, sms: c.SMS, weChat: c.WeChat, weChatApps: c.WeChatApps,
		oldBackEnd: c.OldBackEnd, oldSource: c.OldSource,
		now: c.Now, openRegistration: c.OpenRegistration, requireNewPassword: c.RequireNewPassword, limits: c.Limits,
		newCode: c.NewCode, webhookAddress: c.WebhookAddress, log: c.Log, guesses: newGuessMemory(),
	}
}
