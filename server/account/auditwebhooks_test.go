package account_test

import (
	"regexp"

	"quartet/server/account"
)

var (
	webhookID  = regexp.MustCompile(`"webhook":"[0-9]+"`)
	deliveryID = regexp.MustCompile(`"delivery":"msg_[0-9]+_[0-9]+"`)
)

// auditCase is how an event comes about, and the event in words.
type auditCase struct {
	act  func(s *scene) error
	want string
}

// webhookCases are the kinds of events of webhooks.
func webhookCases(beside string) map[string]auditCase {
	// changed is a case of what is done to a webhook that is there.
	changed := func(do func(s *scene, w account.WebhookWithSecret) error, detail string) auditCase {
		return auditCase{func(s *scene) error {
			added, err := s.addWebhook()
			if err != nil {
				return err
			}
			return do(s, added)
		}, beside + detail}
	}
	disable := func(s *scene, id int64, disabled bool) error {
		_, err := s.CommandLine().ChangeWebhook(s.t.Context(), id, account.WebhookChange{Disabled: &disabled})
		return err
	}
	return map[string]auditCase{
		account.AuditWebhookAdded: {func(s *scene) error {
			_, err := s.addWebhook()
			return err
		}, beside + `{"host":"hooks.example.com","webhook":ID}`},
		account.AuditWebhookChanged: changed(func(s *scene, w account.WebhookWithSecret) error {
			_, err := s.CommandLine().ChangeWebhook(s.t.Context(), w.ID, account.WebhookChange{Description: new("教务系统")})
			return err
		}, `{"fields":["description"],"host":"hooks.example.com","webhook":ID}`),
		account.AuditWebhookDisabled: changed(func(s *scene, w account.WebhookWithSecret) error {
			return disable(s, w.ID, true)
		}, `{"webhook":ID}`),
		account.AuditWebhookEnabled: changed(func(s *scene, w account.WebhookWithSecret) error {
			must(s.t, disable(s, w.ID, true))
			return disable(s, w.ID, false)
		}, `{"webhook":ID}`),
		account.AuditWebhookDeleted: changed(func(s *scene, w account.WebhookWithSecret) error {
			return s.CommandLine().DeleteWebhook(s.t.Context(), w.ID)
		}, `{"host":"hooks.example.com","webhook":ID}`),
		account.AuditWebhookSecretRotated: changed(func(s *scene, w account.WebhookWithSecret) error {
			_, err := s.CommandLine().RotateWebhookSecret(s.t.Context(), w.ID)
			return err
		}, `{"webhook":ID}`),
		account.AuditWebhookTested: changed(func(s *scene, w account.WebhookWithSecret) error {
			_, err := s.CommandLine().TestWebhook(s.t.Context(), w.ID)
			return err
		}, `{"webhook":ID}`),
		account.AuditDeliveriesReplayed: changed(func(s *scene, w account.WebhookWithSecret) error {
			tested, err := s.CommandLine().TestWebhook(s.t.Context(), w.ID)
			must(s.t, err)
			_, err = s.CommandLine().ReplayDelivery(s.t.Context(), tested.ID())
			return err
		}, `{"delivery":ID,"webhook":ID}`),
	}
}

func (s *scene) addWebhook() (account.WebhookWithSecret, error) {
	return s.CommandLine().AddWebhook(s.t.Context(), account.NewWebhook{URL: "https://hooks.example.com/quartet"})
}
