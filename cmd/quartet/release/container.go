package main

import (
	"bytes"
	_ "embed"
	"encoding/pem"
	"io/fs"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

//go:embed Dockerfile
var dockerfile []byte

// writeContainer packs what `docker build - < file` needs: nothing is built in it, and
// nothing is downloaded.
func (r *release) writeContainer(programs map[platform]file) error {
	files := []file{
		{name: "Dockerfile", mode: 0o644, content: dockerfile},
		{name: "ca-certificates.crt", mode: 0o644, content: certificates()},
		{name: "data/", mode: fs.ModeDir | 0o700},
	}
	for _, p := range r.Platforms {
		if p.os == "linux" {
			program := programs[p]
			program.name = p.arch + "/" + program.name
			files = append(files, program)
		}
	}
	packed, err := packTar(r.time, files)
	if err != nil {
		return err
	}
	return r.write(r.named("container.tar.gz"), packed)
}

// certificates are the authorities that Mozilla trusts without reserve, in PEM.
func certificates() []byte {
	var all bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&all, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // to memory
		}
	}
	return all.Bytes()
}
