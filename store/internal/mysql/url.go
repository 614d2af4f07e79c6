package mysql

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"quartet/store/internal/engine"
)

// The errors of a URL do not contain its text, which may include a password.
var (
	errNoDatabase = errors.New("the URL names no database: write mysql://USER@HOST/DATABASE")
	errBadURL     = errors.New("the URL must be mysql://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE")
	errSocket     = errors.New("a socket is an absolute path, of localhost alone: mysql://USER@localhost/DATABASE?socket=/run/mysqld/mysqld.sock")
)

const defaultPort = "3306"

// target is a parsed URL.
type target struct {
	user, password, database string
	hosts                    []string // host:port in the order in which they are tried, or one path of a socket
	connectTimeout           time.Duration
	tls                      *tls.Config // nil: no TLS
	plaintext                bool        // connect without TLS if the server has none
	variables                map[string]string
}

// parseURL reads mysql://user:password@host:port,host:port/database?parameters. The
// password can come from the environment (MYSQL_PWD) instead. Parameters are ssl-mode
// (DISABLED, PREFERRED, REQUIRED or VERIFY_IDENTITY), ssl-ca, ssl-cert and ssl-key,
// connect_timeout in seconds for each host, socket with the path of a Unix socket of
// localhost, and session variables.
func parseURL(text string) (target, error) {
	rest, ok := strings.CutPrefix(text, "mysql://")
	rest, query, _ := strings.Cut(rest, "?")
	authority, database, _ := strings.Cut(rest, "/")
	at := strings.LastIndexByte(authority, '@')
	if !ok || at < 0 {
		return target{}, errBadURL
	}
	user, password, hasPassword := strings.Cut(authority[:at], ":")
	var t target
	for _, part := range []struct {
		to   *string
		from string
	}{{&t.user, user}, {&t.password, password}, {&t.database, database}} {
		var err error
		if *part.to, err = url.PathUnescape(part.from); err != nil {
			return target{}, errBadURL
		}
	}
	if !hasPassword {
		t.password = os.Getenv("MYSQL_PWD")
	}
	if t.database == "" {
		return target{}, errNoDatabase
	}
	for host := range strings.SplitSeq(authority[at+1:], ",") {
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), defaultPort)
		}
		name, port, err := net.SplitHostPort(host)
		if err != nil || !isHost(name) || !isPort(port) {
			return target{}, errBadURL
		}
		t.hosts = append(t.hosts, host)
	}
	parameters, err := url.ParseQuery(query)
	if err != nil {
		return target{}, errBadURL
	}
	if err := t.parameters(parameters); err != nil {
		return target{}, err
	}
	if parameters.Has("ssl-mode") {
		return t, nil
	}
	names := make([]string, len(t.hosts))
	for i, host := range t.hosts {
		names[i], _, _ = net.SplitHostPort(host)
	}
	return t, engine.RequireTLSChoice(names, "ssl-mode", "DISABLED", "VERIFY_IDENTITY")
}

// isHost refuses what other drivers take in the place of a host, such as paths of sockets.
func isHost(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name != "" && !strings.ContainsAny(name, "%/\\():[] \t")
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// isOwn reports whether a session variable must have the value that the program gives
// it: interpolated statements are safe in UTF-8 only, rules between servers hold at
// READ COMMITTED with causal reads, and results are whole.
func isOwn(variable string) bool {
	return strings.HasPrefix(variable, "character_set_") || strings.HasPrefix(variable, "collation_") || slices.Contains([]string{
		"autocommit", "charset", "collation", "completion_type", "sql_log_bin", "sql_select_limit", "time_zone", "transaction_isolation", "transaction_read_only", "tx_isolation", "tx_read_only", "wsrep_on", "wsrep_sync_wait",
	}, variable)
}

var variableName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (t *target) parameters(given url.Values) error {
	secure := map[string]string{"ssl-mode": "PREFERRED"}
	if given.Has("socket") {
		secure["ssl-mode"] = "DISABLED"
	}
	t.variables = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := given.Get(name)
		switch {
		case slices.Contains([]string{"ssl-mode", "ssl-ca", "ssl-cert", "ssl-key"}, name):
			secure[name] = value
		case name == "socket":
			if !filepath.IsAbs(value) || strings.ContainsFunc(value, unicode.IsControl) || !slices.Equal(t.hosts, []string{"localhost:" + defaultPort}) {
				return errSocket
			}
			t.hosts = []string{value}
		case name == "connect_timeout":
			seconds, err := strconv.ParseUint(value, 10, 16)
			if err != nil {
				return errors.New("connect_timeout must be a number of seconds")
			}
			t.connectTimeout = time.Duration(seconds) * time.Second
		case isOwn(name):
			return fmt.Errorf("the URL sets %s, which the program sets itself: take it out of the URL", name)
		case variableName.MatchString(name):
			t.variables[name] = value
		default:
			return fmt.Errorf("the URL has the unknown parameter %q", name)
		}
	}
	err := t.secure(strings.ToUpper(secure["ssl-mode"]), secure["ssl-ca"], secure["ssl-cert"], secure["ssl-key"])
	if t.tls != nil && given.Has("socket") {
		t.tls.ServerName = "localhost"
	}
	return err
}

// secure sets up TLS from the options of the MySQL clients.
func (t *target) secure(mode, ca, cert, key string) error {
	t.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	switch mode {
	case "DISABLED":
		t.tls = nil
		return nil
	case "PREFERRED":
		t.tls.InsecureSkipVerify, t.plaintext = true, true
	case "REQUIRED":
		t.tls.InsecureSkipVerify = true
	case "VERIFY_IDENTITY":
	default:
		return errors.New("ssl-mode must be DISABLED, PREFERRED, REQUIRED or VERIFY_IDENTITY")
	}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return fmt.Errorf("ssl-ca: %w", err)
		}
		t.tls.RootCAs = x509.NewCertPool()
		if !t.tls.RootCAs.AppendCertsFromPEM(pem) {
			return errors.New("ssl-ca: the file holds no certificate")
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return fmt.Errorf("ssl-cert and ssl-key: %w", err)
		}
		t.tls.Certificates = []tls.Certificate{pair}
	}
	return nil
}
