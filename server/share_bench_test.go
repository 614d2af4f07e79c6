package server_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"quartet/server/account"
)

// BenchmarkContractShare tells how much of a read's processor time the contract
// takes: validation, the generated code, the envelope and its JSON. The rest is
// HTTP, also where the generated code calls it to write the answer, the rules and
// the database. The read is user/info with a token in use, the cheapest there is,
// so nowhere is the share larger among reads. It wants some seconds of profile:
// -benchtime 300000x.
func BenchmarkContractShare(b *testing.B) {
	handler, accounts := newHandler(b)
	_, err := accounts.CommandLine().AddApplication(b.Context(), "1", "演示应用", nil)
	must(b, err)
	must(b, accounts.SetCode(b.Context(), account.PurposeSignIn, mobile, "123456", time.Minute))
	grant, err := accounts.SignInByCode(b.Context(), account.CodeSignIn{Mobile: mobile, Code: "123456", ClientIP: "192.0.2.1"})
	must(b, err)
	listening := httptest.NewServer(handler)
	defer listening.Close()
	target := listening.URL + "/user/info?userId=" + strconv.FormatInt(grant.Session.UserID, 10) + "&accessToken=" + grant.AccessToken

	var written bytes.Buffer
	if err := pprof.StartCPUProfile(&written); err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, target, nil)
		must(b, err)
		request.Header.Set("X-App-Id", "1")
		answer, err := http.DefaultClient.Do(request)
		must(b, err)
		_, err = io.Copy(io.Discard, answer.Body)
		must(b, err)
		must(b, answer.Body.Close())
		if answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status)
		}
	}
	pprof.StopCPUProfile()
	found, err := profile.ParseData(written.Bytes())
	must(b, err)
	var served, contract int64
	for _, sample := range found.Sample {
		frames := framesOf(sample)
		if !frames.any("net/http.(*conn).serve") {
			continue
		}
		served += sample.Value[1]
		if frames.any("quartet/server/request.", "quartet/openapi.", "quartet/server/dialect.") &&
			!frames.any("quartet/server/account.", "quartet/store.", "net/http.(*response).") {
			contract += sample.Value[1]
		}
	}
	b.ReportMetric(100*float64(contract)/float64(max(served, 1)), "%contract")
}

// frames are the functions of a stack.
type frames []string

func framesOf(sample *profile.Sample) (found frames) {
	for _, location := range sample.Location {
		for _, line := range location.Line {
			found = append(found, line.Function.Name)
		}
	}
	return found
}

func (f frames) any(prefixes ...string) bool {
	return slices.ContainsFunc(f, func(name string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
}
