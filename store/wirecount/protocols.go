package wirecount

import (
	"bytes"
	"encoding/binary"
)

// postgres follows a connection of the protocol 3.0.
type postgres struct {
	proxy                *Proxy
	fromClient, fromHost frames
	started              bool              // the server was ready once
	greeted              bool              // the first message has passed, which has no type
	waiting              int               // for how many ReadyForQuery the client waits
	asking               bool              // the client has sent a part of a request
	prepared             map[string]string // text by name
	bound                string            // text that is executed next
}

func newPostgres(p *Proxy) *postgres { return &postgres{proxy: p, prepared: map[string]string{}} }

func typedSize(header []byte) int { return int(binary.BigEndian.Uint32(header[1:])) - 4 }

func (c *postgres) sent(data []byte) {
	c.fromClient.buffer = append(c.fromClient.buffer, data...)
	if !c.greeted {
		_, c.greeted = c.fromClient.next(4, func(header []byte) int { return int(binary.BigEndian.Uint32(header)) - 4 })
	}
	for c.greeted {
		message, ok := c.fromClient.next(5, typedSize)
		if !ok {
			return
		}
		c.request(message[0], message[5:])
	}
}

func (c *postgres) request(kind byte, body []byte) {
	if !c.started || kind == 'X' {
		return
	}
	if c.waiting == 0 && !c.asking {
		c.proxy.counts.RoundTrips++
	}
	c.asking = kind != 'Q' && kind != 'S'
	switch kind {
	case 'Q':
		c.execute(text(body))
	case 'P':
		name := text(body)
		c.prepared[name] = text(body[len(name)+1:])
	case 'B':
		portal := text(body)
		c.bound = c.prepared[text(body[len(portal)+1:])]
	case 'E':
		c.execute(c.bound)
	}
	if !c.asking {
		c.waiting++
	}
}

func (c *postgres) execute(query string) {
	c.proxy.counts.Statements = append(c.proxy.counts.Statements, query)
}

func (c *postgres) answered(data []byte) {
	c.fromHost.buffer = append(c.fromHost.buffer, data...)
	for {
		message, ok := c.fromHost.next(5, typedSize)
		if !ok {
			return
		}
		if message[0] != 'Z' {
			continue
		}
		if c.started {
			c.waiting--
		}
		c.started = true
	}
}

func text(body []byte) string {
	before, _, _ := bytes.Cut(body, []byte{0})
	return string(before)
}

// mysql follows a connection of MySQL's protocol. Its clients wait for the answer to each
// command.
type mysql struct {
	proxy      *Proxy
	fromClient frames
	preparing  string
	prepared   map[uint32]string
	fromHost   frames
}

// The commands (MySQL's documentation: "Command Phase").
const (
	comQuit          = 0x01
	comQuery         = 0x03
	comPrepare       = 0x16
	comExecute       = 0x17
	comSendLongData  = 0x18
	comCloseStmt     = 0x19
	packetHeaderSize = 4
)

func packetSize(header []byte) int {
	return int(header[0]) | int(header[1])<<8 | int(header[2])<<16
}

func (c *mysql) sent(data []byte) {
	c.fromClient.buffer = append(c.fromClient.buffer, data...)
	for {
		packet, ok := c.fromClient.next(packetHeaderSize, packetSize)
		if !ok {
			return
		}
		// Commands begin a sequence; the answers of a handshake go on with one.
		if packet[3] != 0 || len(packet) == packetHeaderSize {
			continue
		}
		command, body := packet[packetHeaderSize], packet[packetHeaderSize+1:]
		switch command {
		case comQuit, comSendLongData, comCloseStmt: // have no answer
			continue
		case comQuery:
			c.execute(string(body))
		case comExecute:
			c.execute(c.prepared[binary.LittleEndian.Uint32(body)])
		case comPrepare:
			c.preparing = string(body)
		}
		c.proxy.counts.RoundTrips++
	}
}

func (c *mysql) execute(query string) {
	c.proxy.counts.Statements = append(c.proxy.counts.Statements, query)
}

// answered reads the answers to prepare alone, for their numbers.
func (c *mysql) answered(data []byte) {
	c.fromHost.buffer = append(c.fromHost.buffer, data...)
	for {
		packet, ok := c.fromHost.next(packetHeaderSize, packetSize)
		if !ok {
			return
		}
		if c.preparing == "" || len(packet) < packetHeaderSize+5 || packet[3] != 1 || packet[packetHeaderSize] != 0 {
			continue
		}
		if c.prepared == nil {
			c.prepared = map[uint32]string{}
		}
		c.prepared[binary.LittleEndian.Uint32(packet[packetHeaderSize+1:])] = c.preparing
		c.preparing = ""
	}
}
