package server

import (
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
)

// A rule that the gate does not know lets nobody in, whoever calls.
func TestAnUnknownRuleLetsNobodyIn(t *testing.T) {
	t.Parallel()
	super := account.Caller{UserID: 1, Role: "super_administrator"}
	for _, rule := range []access{"", "public ", "everybody"} {
		for name, caller := range map[string]*call{
			"signed in": {caller: super, application: "1"},
			"anonymous": {callerErr: apierr.New(apierr.Unauthenticated)},
		} {
			err := (&server{}).authorise(&operation{id: "x", access: rule}, caller)
			if !apierr.Is(err, apierr.Forbidden) {
				t.Errorf("rule %q, %s: %v", rule, name, err)
			}
		}
	}
	if err := (&server{}).authorise(&operation{id: "x", access: accessPublic}, &call{}); err != nil {
		t.Errorf("a known rule: %v", err)
	}
}
