package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-openapi/jsonpointer"

	"quartet/openapi/check/contract"
)

// LiveServer is a server that requests are sent to. It signs in for their tokens.
type LiveServer struct {
	Contract contract.Contract
	Fixtures Fixtures
	Target   string      // base URL of the paths: https://account.example.com
	Header   http.Header // of every request that does not have it already
	Timeout  time.Duration

	client  *http.Client
	reached bool
	changed bool              // by an example, since the last reset
	late    int               // requests in succession that were not answered in time
	tokens  map[string]string // by role
	refused map[string]error  // failed sign-ins, which are not tried again
}

// UnreachableError is the error of a server that accepts no requests.
type UnreachableError struct {
	Target string
	Cause  error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %s", e.Target, e.Cause)
}

func (e *UnreachableError) Unwrap() error { return e.Cause }

// credentialError is the error of a request whose token could not be had.
type credentialError struct{ expected, got string }

func (e *credentialError) Error() string { return e.expected + ": " + e.got }

func (l *LiveServer) builder() RequestBuilder {
	return RequestBuilder{Contract: l.Contract, Fixtures: l.Fixtures, Tokens: l}
}

// Exchanges sends the requests of a case. If there are none, reason says why. An
// *UnreachableError ends the whole replay.
func (l *LiveServer) Exchanges(ctx context.Context, c Case) (all []Exchange, reason string, err error) {
	if c.Example == "unauthenticated" && l.sendsCredentials() {
		return nil, "the headers of every request hold a credential", nil
	}
	requests, reason, err := l.builder().Requests(ctx, c)
	if errors.Is(err, errNoCredentials) {
		return nil, err.Error(), nil
	}
	if err != nil || len(requests) == 0 {
		return nil, reason, err
	}
	all = exchanges(c, requests)
	for i := range all {
		l.changed = (l.changed || isUnsafe(requests[i])) && c.Operation.OperationID != resetDemo
		if err := l.send(ctx, &all[i]); err != nil {
			return nil, "", err
		}
		if c.succeeds() && isUnsafe(requests[i]) {
			l.tokens = nil // it may have ended their sessions
		}
	}
	return all, "", nil
}

// resetDemo is the operation that restores a demonstration's data.
const resetDemo = "resetDemo"

// Reset restores a demonstration that examples have changed. How it is answered is not looked
// at: the server may be no demonstration, or out of reach by now.
func (l *LiveServer) Reset(ctx context.Context) {
	if l.Fixtures.isDemo && l.changed {
		_, _ = l.sendExample(ctx, resetDemo, "", nil)
		l.changed = false
	}
}

// errNoCredentials is why an example is not sent where neither the fixtures nor the headers
// of every request have a credential.
var errNoCredentials = errors.New("the fixtures have no credentials")

// sendsCredentials reports whether the headers of every request hold a credential.
func (l *LiveServer) sendsCredentials() bool {
	if l.Header.Get("Authorization")+l.Header.Get("Cookie") != "" {
		return true
	}
	if l.Contract.Components == nil {
		return false
	}
	for name, scheme := range l.Contract.Components.SecuritySchemes {
		if !l.Contract.IsApplication(name) && scheme.Value.In == openapi3.ParameterInHeader && l.Header.Get(scheme.Value.Name) != "" {
			return true
		}
	}
	return false
}

const longestAnswer = 8 << 20 // bytes

func (l *LiveServer) send(ctx context.Context, e *Exchange) error {
	if l.client == nil {
		l.client = &http.Client{
			Timeout:       l.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	request, err := http.NewRequestWithContext(ctx, e.Request.Method, strings.TrimSuffix(l.Target, "/")+e.Request.Target, strings.NewReader(e.Request.Body))
	if err != nil {
		return &UnreachableError{l.Target, err}
	}
	request.Header = e.Request.Header.Clone()
	request.Header.Set("User-Agent", "quartet-check")
	for name, values := range l.Header {
		if request.Header.Get(name) == "" {
			request.Header[name] = values
		}
	}
	response, err := l.client.Do(request)
	if err != nil {
		return l.unanswered(ctx, e, err)
	}
	defer response.Body.Close()
	l.reached, l.late = true, 0
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return l.unanswered(ctx, e, err)
	}
	e.Answer = Message{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	if response.StatusCode < http.StatusBadRequest && slices.Contains(l.Fixtures.Last, e.Operation) {
		clear(l.tokens) // it can have ended their sessions
	}
	return nil
}

// tooLate is how many requests in succession a server may leave unanswered in time
// before it counts as out of reach.
const tooLate = 3

// unanswered distinguishes a server that is out of reach from one that closes the
// connection on this request, or is slow to answer it.
func (l *LiveServer) unanswered(ctx context.Context, e *Exchange, err error) error {
	var dialling *net.OpError
	var timeout interface{ Timeout() bool }
	isLate := errors.As(err, &timeout) && timeout.Timeout()
	if isLate {
		l.late++
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &dialling) && dialling.Op == "dial", l.late == tooLate, !l.reached && !isLate:
		return &UnreachableError{l.Target, withoutURL(err)}
	case isLate:
		e.Failed = fmt.Sprintf("no answer within %s", l.Timeout)
	default:
		e.Failed = withoutURL(err).Error()
	}
	return nil
}

// withoutURL is the cause of an error of the client: a URL may hold a token.
func withoutURL(err error) error {
	if about, ok := errors.AsType[*url.Error](err); ok {
		return about.Err
	}
	return err
}

// Token is a token of the role, signed in for once.
func (l *LiveServer) Token(ctx context.Context, role string) (string, error) {
	if token := l.tokens[role]; token != "" {
		return token, nil
	}
	token, err := l.signIn(ctx, role)
	if err == nil {
		if l.tokens == nil {
			l.tokens = map[string]string{}
		}
		l.tokens[role] = token
	}
	return token, err
}

// signIn opens a new session, unless the fixtures have a fixed token.
func (l *LiveServer) signIn(ctx context.Context, role string) (string, error) {
	credential, known := l.Fixtures.Credentials[role]
	switch {
	case len(l.Fixtures.Credentials) == 0 && l.sendsCredentials():
		return "", nil
	case len(l.Fixtures.Credentials) == 0:
		return "", errNoCredentials
	case !known:
		return "", &credentialError{"credentials of " + role, "none in the fixtures"}
	case credential.Token != "":
		return credential.Token, nil
	case l.refused[role] != nil:
		return "", l.refused[role]
	}
	answer, err := l.sendExample(ctx, credential.Operation, "", credential.Fields)
	if err == nil {
		if token := textAt(answer.Body, credential.Take); token != "" {
			return token, nil
		}
		err = &credentialError{got: "status " + strconv.Itoa(answer.Status)}
	}
	if missing, ok := errors.AsType[*credentialError](err); ok {
		missing.expected = "a token at " + credential.Take + " of " + credential.Operation
		if l.refused == nil {
			l.refused = map[string]error{}
		}
		l.refused[role] = missing
	}
	return "", err
}

// sendExample sends the example ok of an operation, as a form where one is documented: that is
// what the documents say, and so what old servers take.
func (l *LiveServer) sendExample(ctx context.Context, id, token string, fields map[string]any) (Message, error) {
	operation, known := l.Contract.Operation(id)
	if !known {
		return Message{}, &credentialError{"operation " + id, "no such operation"}
	}
	requests := l.builder().with(operation, "ok", token, fields)
	if len(requests) == 0 {
		return Message{}, &credentialError{"operation " + id, "no example ok"}
	}
	e := exchanges(Case{Operation: operation}, requests[len(requests)-1:])[0]
	err := l.send(ctx, &e)
	if err == nil && e.Failed != "" {
		err = &credentialError{"an answer of " + id, e.Failed}
	}
	return e.Answer, err
}

// textAt is the text at a JSON pointer, "" where there is none.
func textAt(body, pointer string) string {
	document, err := contract.Decode(body)
	if err != nil {
		return ""
	}
	at, err := jsonpointer.New(pointer)
	if err != nil {
		return ""
	}
	value, _, _ := at.Get(document)
	text, _ := value.(string)
	return text
}

// signOut is the operation that ends the session of its token.
const signOut = "signOut"

// EndedToken signs in and out again. There is none where the document has no
// operation signOut, or where the fixtures have a fixed token.
func (l *LiveServer) EndedToken(ctx context.Context) (string, error) {
	if _, known := l.Contract.Operation(signOut); !known || l.Fixtures.Credentials[RoleUser].Operation == "" {
		return "", nil
	}
	token, err := l.signIn(ctx, RoleUser)
	if err != nil {
		return "", err
	}
	answer, err := l.sendExample(ctx, signOut, token, nil)
	if err != nil {
		return "", err
	}
	if answer.Status != http.StatusOK {
		return "", &credentialError{"a session that " + signOut + " ends", "status " + strconv.Itoa(answer.Status)}
	}
	return token, nil
}
