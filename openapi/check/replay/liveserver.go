package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-openapi/jsonpointer"

	"quartet/openapi/check/contract"
)

// Live is a server that is asked.
type LiveServer struct {
	Contract contract.Contract
	Fixtures Fixtures
	Target   string      // where its paths begin: https://account.example.com
	Header   http.Header // of every request that does not have it already
	Timeout  time.Duration

	client  *http.Client
	reached bool
	tokens  map[string]string // by role
	refused map[string]error  // sign-ins that failed: they are not tried again
}

// UnreachableError says that a server could not be asked at all.
type UnreachableError struct {
	Target string
	Cause  error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %s", e.Target, e.Cause)
}

func (e *UnreachableError) Unwrap() error { return e.Cause }

// credentialError says that nobody could be signed in to send a request.
type credentialError struct{ wanted, came string }

func (e *credentialError) Error() string { return e.wanted + ": " + e.came }

// Exchanges sends the requests of a case. With none comes the reason. An
// *UnreachableError ends the whole replay.
func (l *LiveServer) Exchanges(ctx context.Context, c Case) (all []Exchange, reason string, err error) {
	provoker := RequestBuilder{Contract: l.Contract, Fixtures: l.Fixtures, Speaker: speaker{ctx, l}}
	requests, reason, err := provoker.Requests(c)
	if err != nil || len(requests) == 0 {
		return nil, reason, err
	}
	all = exchanges(c, requests)
	for i := range all {
		if err := l.send(ctx, &all[i]); err != nil {
			return nil, "", err
		}
		if c.succeeds() && mayChange(requests[i]) {
			l.tokens = nil // their sessions may have been what it changed
		}
	}
	return all, "", nil
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
	l.reached = true
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return l.unanswered(ctx, e, err)
	}
	e.Answer = Message{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	return nil
}

// unanswered tells a server that is not there from one that breaks a connection
// off over this request.
func (l *LiveServer) unanswered(ctx context.Context, e *Exchange, err error) error {
	var dialling *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !l.reached, errors.As(err, &dialling) && dialling.Op == "dial", errors.As(err, &timeout) && timeout.Timeout():
		return &UnreachableError{l.Target, withoutURL(err)}
	}
	e.Failed = withoutURL(err).Error()
	return nil
}

// withoutURL is the cause of an error of the client: a URL may hold a token.
func withoutURL(err error) error {
	if about, ok := errors.AsType[*url.Error](err); ok {
		return about.Err
	}
	return err
}

// speaker is whom a live server's examples are sent as.
type speaker struct {
	ctx  context.Context
	live *LiveServer
}

func (s speaker) Token(role string) (string, error) {
	l := s.live
	if token := l.tokens[role]; token != "" {
		return token, nil
	}
	token, err := s.signIn(role)
	if err == nil {
		if l.tokens == nil {
			l.tokens = map[string]string{}
		}
		l.tokens[role] = token
	}
	return token, err
}

// signIn gets a token of a session of its own, where the fixtures say how.
func (s speaker) signIn(role string) (string, error) {
	l := s.live
	credential, known := l.Fixtures.Credentials[role]
	switch {
	case !known:
		return "", &credentialError{"credentials of " + role, "none in the fixtures"}
	case credential.Token != "":
		return credential.Token, nil
	case l.refused[role] != nil:
		return "", l.refused[role]
	}
	token, err := s.take(credential)
	if _, refused := errors.AsType[*credentialError](err); refused {
		if l.refused == nil {
			l.refused = map[string]error{}
		}
		l.refused[role] = err
	}
	return token, err
}

func (s speaker) take(credential Credential) (string, error) {
	wanted := "a token at " + credential.Take + " of " + credential.Operation
	operation, known := s.live.Contract.Operation(credential.Operation)
	if !known {
		return "", &credentialError{wanted, "no such operation"}
	}
	fill := s.live.Fixtures.fill(operation.OperationID, "ok")
	requests := operation.Filled("ok", func(name string, documented any) any {
		if field, ok := credential.Fields[name]; ok {
			return field
		}
		return fill(name, documented)
	})
	if len(requests) == 0 {
		return "", &credentialError{wanted, "no example ok"}
	}
	e := exchanges(Case{Operation: operation}, requests[:1])[0]
	if err := s.live.send(s.ctx, &e); err != nil {
		return "", err
	}
	if token := textAt(e.Answer.Body, credential.Take); token != "" {
		return token, nil
	}
	return "", &credentialError{wanted, "status " + strconv.Itoa(e.Answer.Status)}
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

func (s speaker) Ended() (string, error) {
	operation, known := s.live.Contract.Operation(signOut)
	if !known || s.live.Fixtures.Credentials[RoleUser].Operation == "" {
		return "", nil // a fixed token is not ours to end
	}
	token, err := s.signIn(RoleUser)
	if err != nil {
		return "", err
	}
	made := operation.Requests("ok")[0]
	s.live.Contract.Authorise(&made, operation, token, s.live.Fixtures.Application)
	e := exchanges(Case{Operation: operation}, []contract.Request{made})[0]
	if err := s.live.send(s.ctx, &e); err != nil {
		return "", err
	}
	if e.Answer.Status != http.StatusOK {
		return "", &credentialError{"a session that " + signOut + " ends", "status " + strconv.Itoa(e.Answer.Status)}
	}
	return token, nil
}
