package providers

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

const keptMessages = 200

var _ account.SMS = (*SMSSimulator)(nil)

// Message is an SMS that the simulator has "sent".
type Message struct {
	To   string // mobile
	Code string
	At   time.Time
}

// SMSSimulator is an SMS service that sends nothing: it remembers the last 200
// messages and, given a log, writes the codes there. It is for tests and the
// demonstration, where reading the code is the point. It is safe for concurrent
// use.
type SMSSimulator struct {
	log  *slog.Logger
	now  func() time.Time
	fail hook

	mutex    sync.Mutex
	messages []Message // oldest first
}

// NewSMSSimulator makes a simulator. A nil log is silent.
func NewSMSSimulator(log *slog.Logger, now func() time.Time) *SMSSimulator {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &SMSSimulator{log: log, now: now}
}

// Send remembers the message. It fails as the function given to Fail does, with
// SMSUnavailable when that gives no *apierr.Error or ctx ends meanwhile; a
// message that failed is not remembered.
func (s *SMSSimulator) Send(ctx context.Context, m account.CodeMessage) error {
	if err := s.fail.run(ctx, m.Mobile, apierr.SMSUnavailable); err != nil {
		return err
	}
	s.remember(Message{To: m.Mobile, Code: m.Code, At: s.now()})
	s.log.InfoContext(ctx, "SMS simulator: message", "to", masked(m.Mobile), "code", m.Code)
	return nil
}

// Messages gives the last 200 messages, newest first.
func (s *SMSSimulator) Messages() []Message {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	newestFirst := slices.Clone(s.messages)
	slices.Reverse(newestFirst)
	return newestFirst
}

// Fail has call decide, from the mobile, how each Send to come ends; it may
// take its time. nil lets all pass again.
func (s *SMSSimulator) Fail(call func(mobile string) error) { s.fail.set(call) }

func (s *SMSSimulator) remember(message Message) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.messages = append(s.messages, message)
	if surplus := len(s.messages) - keptMessages; surplus > 0 {
		s.messages = slices.Delete(s.messages, 0, surplus)
	}
}

// masked keeps full mobiles out of the log: 138****8000.
func masked(mobile string) string {
	if len(mobile) != 11 {
		return "****"
	}
	return mobile[:3] + "****" + mobile[7:]
}
