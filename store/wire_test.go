package store_test

import (
	"io"
	"net"
	"net/url"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"quartet/store/storetest"
)

// cut is where a connection breaks.
type cut int

const (
	nowhere  cut = iota
	toServer     // what is sent does not arrive
	toClient     // it arrives, and the answer does not
	replaced     // it arrives, or something else does, and the answer is another one
	silence      // it does not arrive, and nothing says so
	halfway      // it arrives, and half of the answer does
)

// wire stands between a store and its server, and does to a connection what
// networks and dying servers do.
type wire struct {
	listener net.Listener
	to       string
	mutex    sync.Mutex
	where    func(sent []byte) cut
	instead  []byte // what the server is sent where it is replaced, nil for the same
	answer   []byte // what the client is told there
	lines    []*line
}

// line is one connection.
type line struct {
	client, server net.Conn
	frozen         atomic.Bool // carries nothing any more, and does not say so
	deaf           atomic.Bool // breaks when the server answers
	half           atomic.Bool // breaks in the middle of the answer
	answer         atomic.Pointer[[]byte]
}

// newWire gives a wire to a database of the test's own, and the URL that goes
// through it.
func newWire(t *testing.T, parameters ...string) (*wire, string) {
	t.Helper()
	return newWireTo(t, storetest.PostgresURL(t, parameters...))
}

// newWireTo gives a wire to the first host of a URL.
func newWireTo(t *testing.T, databaseURL string) (*wire, string) {
	t.Helper()
	address, err := url.Parse(regexp.MustCompile(`,[^/]*`).ReplaceAllString(databaseURL, ""))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, to: address.Host}
	w.cutWhere(func([]byte) cut { return nowhere })
	go w.accept()
	t.Cleanup(func() {
		_ = listener.Close()
		w.each((*line).end)
	})
	address.Host = listener.Addr().String()
	return w, address.String()
}

func (w *wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", w.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		l := &line{client: client, server: server}
		w.mutex.Lock()
		w.lines = append(w.lines, l)
		w.mutex.Unlock()
		go w.forth(l)
		go l.back()
	}
}

// cutWhere says for all that is sent whether the connection breaks there.
func (w *wire) cutWhere(where func(sent []byte) cut) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.where = where
}

// freeze lets the connections that are open now fall silent, without an end.
func (w *wire) freeze() { w.each(func(l *line) { l.frozen.Store(true) }) }

func (w *wire) each(do func(*line)) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, l := range w.lines {
		do(l)
	}
}

func (w *wire) breaks(sent []byte) cut {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.where(sent)
}

func (w *wire) forth(l *line) {
	defer l.end()
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.client.Read(buffer)
		if err != nil {
			return
		}
		if l.frozen.Load() {
			continue
		}
		sent := buffer[:n]
		switch w.breaks(sent) {
		case toServer:
			return
		case silence:
			l.frozen.Store(true)
			continue
		case toClient:
			l.deaf.Store(true)
		case halfway:
			l.half.Store(true)
		case replaced:
			l.answer.Store(&w.answer)
			if w.instead != nil {
				sent = w.instead
			}
		}
		if _, err := l.server.Write(sent); err != nil {
			return
		}
	}
}

func (l *line) back() {
	defer l.end()
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.server.Read(buffer)
		if l.frozen.Load() {
			_, _ = io.Copy(io.Discard, l.server)
			return
		}
		if err != nil || l.deaf.Load() {
			return
		}
		answer := buffer[:n]
		if other := l.answer.Swap(nil); other != nil {
			answer = *other
		}
		if l.half.Load() {
			answer = answer[:n/2]
		}
		if _, err := l.client.Write(answer); err != nil || l.half.Load() {
			return
		}
	}
}

// reset ends the connection so that the next one that writes to it is told.
func (l *line) reset() {
	_ = l.client.(*net.TCPConn).SetLinger(0)
	l.end()
}

func (l *line) end() {
	_ = l.client.Close()
	_ = l.server.Close()
}
