package dialect_test

import (
	"encoding/json"
	"testing"
	"time"

	"quartet/server/apierr"
	"quartet/server/dialect"
)

// BenchmarkStageEnvelope words a failure in each dialect, and encodes it.
func BenchmarkStageEnvelope(b *testing.B) {
	failed := apierr.Field("mobile", apierr.BadFormat)
	for _, s := range spoken {
		b.Run(s.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, body := s.Body(failed, dialect.English, time.UnixMilli(0))
				if _, err := json.Marshal(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
