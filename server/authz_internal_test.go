package server

import (
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

func TestAnUnknownAccessRuleLetsNobodyIn(t *testing.T) {
	t.Parallel()
	super := account.Caller{UserID: 1, Role: "super_administrator"}
	for _, rule := range []string{"", "public ", "everybody"} {
		for name, caller := range map[string]*dialect.Call{
			"signed in": {Caller: super, Application: account.CallingApplication{ID: "1"}},
			"anonymous": {CallerErr: apierr.New(apierr.Unauthenticated)},
		} {
			err := (&server{}).authorise(t.Context(), &operation{access: rule}, caller)
			if !apierr.Is(err, apierr.Forbidden) {
				t.Errorf("rule %q, %s: %v", rule, name, err)
			}
		}
	}
	if err := (&server{}).authorise(t.Context(), &operation{access: "public"}, &dialect.Call{}); err != nil {
		t.Errorf("a known rule: %v", err)
	}
}
