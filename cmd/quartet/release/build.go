package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// platforms are those that a release has programs for, as OS/ARCH.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// platform is where a program runs.
type platform struct{ os, arch string }

func (p platform) String() string { return p.os + "/" + p.arch }
func (p platform) folder() string { return p.os + "_" + p.arch }

// UnmarshalText reads OS/ARCH (encoding.TextUnmarshaler).
func (p *platform) UnmarshalText(text []byte) (err error) {
	var found bool
	if p.os, p.arch, found = strings.Cut(string(text), "/"); !found {
		err = fmt.Errorf("a platform is OS/ARCH, such as linux/amd64, not %q", text)
	}
	return err
}

// program is the name of the program's file.
func (p platform) program() string {
	if p.os == "windows" {
		return "quartet.exe"
	}
	return "quartet"
}

// build builds the program as `make build` does, into a folder.
func (r *release) build(ctx context.Context, p platform, folder string) (file, error) {
	built := filepath.Join(folder, p.program())
	environment := []string{"CGO_ENABLED=0", "GOOS=" + p.os, "GOARCH=" + p.arch, "GOAMD64=v1", "GOARM64=v8.0"}
	_, err := r.output(ctx, environment, "go", "build", "-trimpath", "-ldflags", "-s -w -X main.release="+r.Version, "-o", built, "./cmd/quartet")
	if err != nil {
		return file{}, err
	}
	content, err := os.ReadFile(built)
	return file{name: p.program(), mode: 0o755, content: content}, err
}

// writeArchive packs the program with its licence and how to start it.
func (r *release) writeArchive(p platform, program file) error {
	folder := r.named(p.folder())
	program.name = folder + "/" + program.name
	files := []file{program}
	for _, name := range []string{"LICENSE", "cmd/quartet/release/archive/README.md", "cmd/quartet/release/archive/README.zh-CN.md"} {
		content, err := os.ReadFile(filepath.Join(r.Source, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		files = append(files, file{name: folder + "/" + path.Base(name), mode: 0o644, content: content})
	}
	if p.os == "windows" {
		packed, err := packZip(r.time, files)
		if err != nil {
			return err
		}
		return r.write(folder+".zip", packed)
	}
	packed, err := packTar(r.time, files)
	if err != nil {
		return err
	}
	return r.write(folder+".tar.gz", packed)
}
