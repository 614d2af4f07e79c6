// Command release makes the files of a release: the program for each platform, what it is
// made of, the context of its container image, and the contract. `make release` runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// release is a release to make.
type release struct {
	Version   string     `arg:"" help:"Version, such as v0.1.0."`
	Out       string     `default:"bin/release" help:"Folder for the files. It must be empty or not exist."`
	Source    string     `default:"." help:"Checkout to build."`
	Platforms []platform `default:"${platforms}" placeholder:"OS/ARCH" help:"Platforms to build for."`
	Strict    bool       `env:"CI" help:"Fail where something cannot be made; otherwise it is skipped."`

	log  io.Writer
	time time.Time // of every file in an archive: when the commit was made
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r := release{log: os.Stdout}
	kong.Parse(&r, kong.Name("release"), kong.Vars{"platforms": strings.Join(platforms, ",")})
	if err := r.make(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

var versionForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*$`)

func (r *release) make(ctx context.Context) (err error) {
	if !versionForm.MatchString(r.Version) {
		return fmt.Errorf("the version %q cannot be part of a file's name", r.Version)
	}
	if left, _ := os.ReadDir(r.Out); len(left) > 0 {
		return fmt.Errorf("%s is not empty: remove it", r.Out)
	}
	if r.time, err = r.commitTime(ctx); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "quartet-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	programs := map[platform]file{}
	for _, p := range r.Platforms {
		if programs[p], err = r.build(ctx, p, filepath.Join(work, p.folder())); err != nil {
			return err
		}
		if err := r.writeArchive(p, programs[p]); err != nil {
			return err
		}
		err := r.writeSBOM(ctx, p, filepath.Join(work, p.folder(), programs[p].name))
		if err := r.orSkip("the list of "+p.String()+"'s modules", err, "let Go download "+sbomTool); err != nil {
			return err
		}
	}
	if err := r.writeContainer(programs); err != nil {
		return err
	}
	if err := r.writeContract(ctx); err != nil {
		return err
	}
	return r.writeSums()
}

// orSkip says what is skipped for an error, or returns the error where nothing may be.
func (r *release) orSkip(what string, err error, how string) error {
	if err == nil || r.Strict {
		return err
	}
	_, err = fmt.Fprintf(r.log, "skipped: %s: %v\n  To make it, %s.\n", what, err, how)
	return err
}

// path is where a file of the release is written.
func (r *release) path(name string) string { return filepath.Join(r.Out, filepath.FromSlash(name)) }

// named is a file's name with program and version in front.
func (r *release) named(rest string) string { return "quartet_" + r.Version + "_" + rest }

// write writes a file of the release.
func (r *release) write(name string, content []byte) error {
	path := r.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	_, err := fmt.Fprintln(r.log, filepath.ToSlash(path))
	return errors.Join(err, os.WriteFile(path, content, 0o644))
}

// commitTime is when the commit was made, or SOURCE_DATE_EPOCH (reproducible-builds.org).
func (r *release) commitTime(ctx context.Context) (time.Time, error) {
	seconds := os.Getenv("SOURCE_DATE_EPOCH")
	if seconds == "" {
		said, err := r.output(ctx, nil, "git", "-C", r.Source, "log", "-1", "--format=%ct")
		if err != nil {
			return time.Time{}, fmt.Errorf("the commit's time: %w (SOURCE_DATE_EPOCH names one where there is no git)", err)
		}
		seconds = strings.TrimSpace(string(said))
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	return time.Unix(unix, 0).UTC(), err
}

// output runs a program in the checkout and returns what it writes to standard output.
func (r *release) output(ctx context.Context, environment []string, program string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir, command.Env = r.Source, append(os.Environ(), environment...)
	out, err := command.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(command.Args, " "), err, strings.TrimSpace(string(failed.Stderr)))
	}
	return out, err
}
