package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
)

// proxy is nginx with the configuration of deploy/nginx.conf, and with the locations of
// deploy/nginx-prefix.conf beside its own.
type proxy struct {
	plain, secure string // addresses
	admin         string // the address of nginx-admin.conf
	client        *http.Client
}

// Where the tests' requests come from, and go to. The first differs from the
// address that nginx itself asks from, which the servers trust; at the second
// no connection of another test can take the port.
const (
	clientAddress = "127.0.0.2"
	nginxAddress  = "127.0.0.3"
)

// behindNginx starts nginx in front of two servers, and of their listeners for
// administration where they are given.
func behindNginx(t *testing.T, first, second origin, admin ...origin) proxy {
	t.Helper()
	binary := nginxOnPath(t)
	dir := t.TempDir()
	trusted := certify(t, dir)
	p := proxy{plain: proctest.FreeAddress(t, nginxAddress), secure: proctest.FreeAddress(t, nginxAddress)}
	config := filepath.Join(dir, "nginx.conf")
	text := adapted(t, dir, p, first, second)
	if len(admin) == 2 {
		p.admin = proctest.FreeAddress(t, nginxAddress)
		included := filepath.Join(dir, "nginx-admin.conf")
		must(t, os.WriteFile(included, []byte(adaptedAdmin(t, dir, p, admin)), 0o600))
		text = strings.Replace(text, "http {", "http {\n    include "+included+";", 1)
	}
	must(t, os.WriteFile(config, []byte(text), 0o600))
	if said, err := exec.CommandContext(t.Context(), binary, "-t", "-c", config).CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v: %s", err, said)
	}
	errs := proctest.NewTranscript()
	program := exec.Command(binary, "-c", config, "-g", "daemon off;")
	program.Stdout, program.Stderr = errs, errs
	must(t, program.Start())
	t.Cleanup(func() {
		_ = program.Process.Signal(syscall.SIGTERM)
		_ = program.Wait() // it says how it ended, and that is no matter
		if t.Failed() {
			t.Logf("nginx:\n%s", errs)
		}
	})
	p.client = &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:     (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(clientAddress)}}).DialContext,
			TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
		},
	}
	t.Cleanup(p.client.CloseIdleConnections)
	p.awaitListening(t)
	return p
}

func nginxOnPath(t *testing.T) string {
	t.Helper()
	binary, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("nginx is not on PATH: install it, such as by apt-get install nginx")
	}
	return binary
}

// adapted is the configuration with this test's addresses and files. What is
// replaced must be there.
func adapted(t *testing.T, dir string, p proxy, first, second origin) string {
	t.Helper()
	content, err := os.ReadFile("deploy/nginx.conf")
	must(t, err)
	text := string(content)
	prefixed, err := filepath.Abs("deploy/nginx-prefix.conf")
	must(t, err)
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("\n    %s_temp_path %s/%[1]s;", kind, dir)
	}
	return substituted(t, "nginx.conf", text, [][2]string{
		{"user nginx;", ""},
		{"worker_processes auto;", "worker_processes 2;"},
		{"/run/nginx.pid", dir + "/nginx.pid"},
		{"http {", "http {" + temporary},
		{"quartet-1:8080", strings.TrimPrefix(string(first), "http://")},
		{"quartet-2:8080", strings.TrimPrefix(string(second), "http://")},
		{"listen 80 ", "listen " + p.plain + " "},
		{"listen 443 ", "listen " + p.secure + " "},
		{"location / {", "include " + prefixed + ";\n        location / {"},
		{"/etc/nginx/tls/fullchain.pem", dir + "/fullchain.pem"},
		{"/etc/nginx/tls/privkey.pem", dir + "/privkey.pem"},
	})
}

// adaptedAdmin is nginx-admin.conf likewise. The tests ask from the administrators' network.
func adaptedAdmin(t *testing.T, dir string, p proxy, admin []origin) string {
	t.Helper()
	content, err := os.ReadFile("deploy/nginx-admin.conf")
	must(t, err)
	return substituted(t, "nginx-admin.conf", string(content), [][2]string{
		{"quartet-1:8081", strings.TrimPrefix(string(admin[0]), "http://")},
		{"quartet-2:8081", strings.TrimPrefix(string(admin[1]), "http://")},
		{"listen 8443 ", "listen " + p.admin + " "},
		{"10.8.0.0/24", clientAddress},
		{"/etc/nginx/tls/fullchain.pem", dir + "/fullchain.pem"},
		{"/etc/nginx/tls/privkey.pem", dir + "/privkey.pem"},
	})
}

func substituted(t *testing.T, name, text string, changes [][2]string) string {
	t.Helper()
	for _, change := range changes {
		equal(t, change[0]+" in "+name, strings.Count(text, change[0]), 1)
		text = strings.Replace(text, change[0], change[1], 1)
	}
	return text
}

// certify writes a key and a certificate for nginx, and gives who trusts it.
func certify(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "quartet"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP(nginxAddress)}, IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	must(t, os.WriteFile(filepath.Join(dir, "fullchain.pem"), chain, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "privkey.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(chain)
	return pool
}

func (p proxy) awaitListening(t *testing.T) {
	t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if connection, err := net.Dial("tcp", p.secure); err == nil {
			_ = connection.Close()
			return
		}
	}
	t.Fatal("nginx does not listen")
}

// send makes a call through nginx over TLS.
func (p proxy) send(c call) (status int, text string, err error) {
	request, err := http.NewRequest(c.method, "https://"+p.secure+c.path, strings.NewReader(c.body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", c.kind)
	for name, value := range c.header {
		request.Header.Set(name, value)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

// ok makes a call that must answer 200.
func (p proxy) ok(t *testing.T, c call) string {
	t.Helper()
	status, text, err := p.send(c)
	must(t, err)
	if status != http.StatusOK {
		t.Fatalf("%s %s answers %d: %s", c.method, c.path, status, text)
	}
	return text
}
