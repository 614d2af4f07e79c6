package style_test

import (
	"encoding/json"
	"testing"
	"time"

	"quartet/server/failure"
	"quartet/server/style"
)

// BenchmarkStageEnvelope words a failure in each style, and encodes it.
func BenchmarkStageEnvelope(b *testing.B) {
	failed := failure.Field("mobile", failure.WrongForm)
	for _, s := range style.All {
		b.Run(s.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, body := s.Body(failed, "en", time.UnixMilli(0))
				if _, err := json.Marshal(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
