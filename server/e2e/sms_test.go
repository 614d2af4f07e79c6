package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

const smsSecret = "a-secret-of-the-webhook-32-bytes"

// smsService is a webhook that accepts every other message, and refuses the rest with
// the request in the response.
type smsService struct {
	flags []string // of the program that calls it
	mutex sync.Mutex
	codes []string
}

func newSMSService(t *testing.T) *smsService {
	t.Helper()
	s := &smsService{}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte(smsSecret), 0o600))
	s.flags = []string{"--sms", "webhook", "--sms-url", listening.URL + "/send?key=" + smsSecret, "--sms-secret-file", secret}
	return s
}

// ServeHTTP takes a message.
func (s *smsService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var message struct{ Code string }
	_ = json.Unmarshal(body, &message)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.codes = append(s.codes, message.Code); len(s.codes)%2 == 0 {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write(body)
	}
}

// takeCodes gives the codes of the messages since it was asked last.
func (s *smsService) takeCodes() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	taken := s.codes
	s.codes = nil
	return taken
}
