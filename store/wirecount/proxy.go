package wirecount

import (
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
)

// Counts are what was sent over connections that were ready for statements.
type Counts struct {
	// RoundTrips is how often a client sent something and waited for the answer, for
	// whatever reason.
	RoundTrips int
	// Statements are the texts that the server executed, BEGIN and COMMIT too.
	Statements []string
}

// Proxy passes on what the clients of a database send and what it answers. The connections
// must not be encrypted.
type Proxy struct {
	listener net.Listener
	database string // host and port
	follow   func(*Proxy) protocol
	mu       sync.Mutex
	counts   Counts
	open     map[net.Conn]bool
}

// protocol reads both directions of one connection, in pieces of any size. It is called
// with the proxy's lock.
type protocol interface {
	sent(data []byte)     // by the client
	answered(data []byte) // by the server
}

// Before puts a proxy before the first host of a database's URL, postgres://… or mysql://…,
// and returns a URL that leads through it to that host alone. The caller closes it.
func Before(address string) (*Proxy, string, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	authority, path, _ := strings.Cut(rest, "/")
	at := strings.LastIndexByte(authority, '@') + 1
	host, _, _ := strings.Cut(authority[at:], ",")
	p := &Proxy{database: host, open: map[net.Conn]bool{}}
	port := "5432"
	switch scheme {
	case "postgres", "postgresql":
		p.follow = func(p *Proxy) protocol { return newPostgres(p) }
	case "mysql":
		port, p.follow = "3306", func(p *Proxy) protocol { return &mysql{proxy: p} }
	default: // the text can contain a password
		return nil, "", errors.New("wirecount: the URL is neither postgres://… nor mysql://…")
	}
	if _, _, err := net.SplitHostPort(host); err != nil {
		p.database = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	var err error
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, "", err
	}
	go p.accept()
	return p, scheme + "://" + authority[:at] + p.listener.Addr().String() + "/" + path, nil
}

// Take returns what was sent since the last call.
func (p *Proxy) Take() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.counts
	p.counts = Counts{}
	return taken
}

// Close ends the proxy and its connections.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		_ = conn.Close() // it may have ended
	}
	p.open = nil
	return err
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.database)
		if err != nil {
			_ = client.Close()
			continue
		}
		if !p.keep(client, server) {
			return
		}
		read := p.follow(p)
		go p.carry(client, server, read.sent)
		go p.carry(server, client, read.answered)
	}
}

// keep remembers connections until they end, unless the proxy is closed already.
func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range conns {
		if p.open == nil {
			_ = conn.Close()
			continue
		}
		p.open[conn] = true
	}
	return p.open != nil
}

// carry copies until either end has gone. What is passed on has been read before.
func (p *Proxy) carry(from, to net.Conn, read func([]byte)) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		read(buffer[:n])
		p.mu.Unlock()
		if n > 0 {
			if _, failed := to.Write(buffer[:n]); failed != nil {
				err = failed
			}
		}
		if err != nil {
			break
		}
	}
	_, _ = from.Close(), to.Close() // the other direction may have closed them
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, from)
	delete(p.open, to)
}

// frames cuts a stream into messages.
type frames struct{ buffer []byte }

// next returns the next whole message: header bytes, of which size tells how many follow.
func (f *frames) next(header int, size func(header []byte) int) (message []byte, ok bool) {
	if len(f.buffer) < header {
		return nil, false
	}
	length := header + size(f.buffer)
	if len(f.buffer) < length {
		return nil, false
	}
	message = slices.Clone(f.buffer[:length])
	f.buffer = f.buffer[length:]
	return message, true
}
