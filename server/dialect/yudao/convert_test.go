package yudao

import (
	"encoding/json"
	"testing"

	"quartet/server/account"
	"quartet/store"
)

// BenchmarkStageConvert turns what the rules found into an answer's bytes.
func BenchmarkStageConvert(b *testing.B) {
	user := account.User{
		User:   store.User{ID: 1000001, Username: new("lu.jiahe"), Nickname: "嘉禾", Gender: 1, Role: store.RoleMember, CreatedAt: 1, UpdatedAt: 1},
		Mobile: "13900001111",
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(toMobileUser(user)); err != nil {
			b.Fatal(err)
		}
	}
}
