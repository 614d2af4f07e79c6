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

// Message is a message that the simulator has received.
type Message struct {
	To   string // mobile
	Code string
	At   time.Time
}

// SMSSimulator is an SMS service for tests and demonstrations: it keeps the last 200
// messages and logs them with their codes, if it has a log. It is safe for concurrent
// use.
type SMSSimulator struct {
	log  *slog.Logger
	now  func() time.Time
	fail hook

	mutex    sync.Mutex
	messages []Message // oldest first
}

// NewSMSSimulator creates a simulator. A nil log is silent.
func NewSMSSimulator(log *slog.Logger, now func() time.Time) *SMSSimulator {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &SMSSimulator{log: log, now: now}
}

// Send keeps the message. It fails as the function set by Fail does, with
// SMSUnavailable if that returns another error than an *apierr.Error or if ctx ends; a
// failed message is not kept.
func (s *SMSSimulator) Send(ctx context.Context, m account.CodeMessage) error {
	if err := s.fail.run(ctx, m.Mobile, apierr.SMSUnavailable); err != nil {
		return err
	}
	s.remember(Message{To: m.Mobile, Code: m.Code, At: s.now()})
	s.log.InfoContext(ctx, "SMS simulator: message", "to", masked(m.Mobile), "code", m.Code)
	return nil
}

// Messages returns the last 200 messages, newest first.
func (s *SMSSimulator) Messages() []Message {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	newestFirst := slices.Clone(s.messages)
	slices.Reverse(newestFirst)
	return newestFirst
}

// Clear deletes the kept messages.
func (s *SMSSimulator) Clear() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.messages = nil
}

// Fail sets the function that decides, from the mobile, the result of each later Send;
// it may block. nil lets all succeed again.
func (s *SMSSimulator) Fail(call func(mobile string) error) { s.fail.set(call) }

func (s *SMSSimulator) remember(message Message) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.messages = append(s.messages, message)
	if surplus := len(s.messages) - keptMessages; surplus > 0 {
		s.messages = slices.Delete(s.messages, 0, surplus)
	}
}

// masked hides the middle of a mobile in the log: 138****8000.
func masked(mobile string) string {
	if len(mobile) != 11 {
		return "****"
	}
	return mobile[:3] + "****" + mobile[7:]
}
