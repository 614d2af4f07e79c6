package jfinal

import (
	"encoding/json"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/dialect"
)

// BenchmarkStageConvert turns what the rules found into an answer's bytes.
func BenchmarkStageConvert(b *testing.B) {
	api, user := API{dialect.Services{Zone: time.UTC}}, account.User{
		ID: 1000001, Username: new("lu.jiahe"), Role: account.RoleMember, CreatedAt: 1, UpdatedAt: 1,
		Profile: account.Profile{Nickname: new("嘉禾"), Gender: new(1), Mobile: new("13900001111")},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(api.toUser(user)); err != nil {
			b.Fatal(err)
		}
	}
}
