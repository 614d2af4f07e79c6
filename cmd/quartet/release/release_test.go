package main

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const version = "v0.0.1-test"

// TestProgramOfThisPlatform makes this platform's part of a release and starts it.
func TestProgramOfThisPlatform(t *testing.T) {
	t.Parallel()
	p := platform{runtime.GOOS, runtime.GOARCH}
	r := release{Version: version, Out: filepath.Join(t.TempDir(), "release"), Source: clone(t), log: t.Output()}
	var err error
	r.time, err = r.commitTime(t.Context())
	must(t, err)
	program, err := r.build(t.Context(), p, t.TempDir())
	must(t, err)
	must(t, r.writeArchive(p, program))
	must(t, r.writeSums())
	checkSums(t, r.Out)
	startDemonstration(t, unpack(t, r.Out, p))
}

// TestWhole makes all of a release twice, each time in a clone of its own.
func TestWhole(t *testing.T) {
	if os.Getenv("QUARTET_RELEASE") != "true" {
		t.Skip("a whole release takes minutes: make test-release")
	}
	source, other := clone(t), clone(t) // of the same commit, whatever is committed meanwhile
	out, again := makeRelease(t, source), makeRelease(t, other)
	if first, second := read(t, out, sums), read(t, again, sums); !bytes.Equal(first, second) {
		t.Errorf("two runs differ:\n%s\n%s", first, second)
	}
	checkSums(t, out)
	for _, text := range platforms {
		var p platform
		must(t, p.UnmarshalText([]byte(text)))
		t.Run(p.folder(), func(t *testing.T) {
			program := filepath.Join(unpack(t, out, p), p.program())
			checkProgram(t, p, program)
			checkModules(t, filepath.Join(out, "quartet_"+version+"_"+p.folder()+".cdx.json"), program)
		})
	}
	host := unpack(t, out, platform{runtime.GOOS, runtime.GOARCH})
	startDemonstration(t, host)
	t.Run("the contract", func(t *testing.T) { checkContract(t, out, filepath.Join(host, "quartet")) })
	t.Run("the container", func(t *testing.T) { checkContainer(t, out) })
}

func TestVersionsAreNamesOfFiles(t *testing.T) {
	t.Parallel()
	for _, refused := range []string{"", "../v1", "-v1", "v1 2", "v1/2"} {
		r := release{Version: refused, Out: t.TempDir(), Source: "../../..", log: t.Output()}
		if err := r.make(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot be part of a file's name") {
			t.Errorf("the version %q: %v", refused, err)
		}
	}
}

// clone is a fresh clone of the commit.
func clone(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "quartet")
	said, err := exec.CommandContext(t.Context(), "git", "clone", "--quiet", "../../..", folder).CombinedOutput()
	if err != nil && os.Getenv("CI") != "true" {
		t.Skipf("skipped: the release, since it is made of a git clone: %v: %s", err, said)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return folder
}

// makeRelease runs `make release` in a checkout.
func makeRelease(t *testing.T, source string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "make", "release", "VERSION="+version)
	command.Dir, command.Env = source, append(os.Environ(), "CI=true")
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return filepath.Join(source, "bin", "release")
}

// checkSums lets the system verify a folder, and makes sure that each file is listed.
func checkSums(t *testing.T, out string) {
	t.Helper()
	check := []string{"sha256sum", "-c", sums}
	if _, err := exec.LookPath(check[0]); err != nil {
		check = []string{"shasum", "-a", "256", "-c", sums} // macOS
	}
	said := output(t, out, check[0], check[1:]...)
	files := 0
	must(t, filepath.WalkDir(out, func(_ string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != sums {
			files++
		}
		return err
	}))
	equal(t, "files that verify", strings.Count(said, ": OK\n"), files)
}

// unpack unpacks a platform's archive and returns the folder in it.
func unpack(t *testing.T, out string, p platform) string {
	t.Helper()
	name, into := "quartet_"+version+"_"+p.folder(), t.TempDir()
	if p.os == "windows" {
		unzip(t, filepath.Join(out, name+".zip"), into)
	} else {
		output(t, into, "tar", "-xzf", filepath.Join(out, name+".tar.gz"))
	}
	folder := filepath.Join(into, name)
	for _, page := range []string{"LICENSE", "README.md", "README.zh-CN.md"} {
		if len(read(t, folder, page)) == 0 {
			t.Errorf("%s is empty", page)
		}
	}
	return folder
}

// checkProgram makes sure that a program is what its platform starts, without libraries.
func checkProgram(t *testing.T, p platform, program string) {
	t.Helper()
	var machine string
	switch p.os {
	case "linux":
		file, err := elf.Open(program)
		must(t, err)
		defer file.Close()
		libraries, err := file.ImportedLibraries()
		must(t, err)
		equal(t, "libraries", len(libraries), 0)
		machine = map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}[file.Machine]
	case "darwin":
		file, err := macho.Open(program)
		must(t, err)
		defer file.Close()
		machine = map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64"}[file.Cpu]
	case "windows":
		file, err := pe.Open(program)
		must(t, err)
		defer file.Close()
		machine = map[uint16]string{pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_ARM64: "arm64"}[file.Machine]
	}
	equal(t, "machine", machine, p.arch)
}

// checkModules compares the list of modules with what the go command recorded in the program.
func checkModules(t *testing.T, list, program string) {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	must(t, err)
	want := []string{"std " + info.GoVersion}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		want = append(want, module.Path+" "+module.Version)
	}
	var bom struct {
		BOMFormat string
		Metadata  struct {
			Component struct{ Name, Version string }
		}
		Components []struct{ Name, Version string }
	}
	must(t, json.Unmarshal(read(t, list), &bom))
	equal(t, "format", bom.BOMFormat, "CycloneDX")
	equal(t, "program", bom.Metadata.Component.Name+" "+bom.Metadata.Component.Version, "quartet "+version)
	var got []string
	for _, component := range bom.Components {
		got = append(got, component.Name+" "+component.Version)
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(got) < 30 || !slices.Equal(got, want) {
		t.Errorf("the list has\n%s\nthe program has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// checkContract compares the forms of the contract with what the program writes.
func checkContract(t *testing.T, out, program string) {
	t.Helper()
	forms, err := contractForms()
	must(t, err)
	for name, wanted := range forms {
		args := []string{"openapi", "--render=" + wanted.Render, "--language=" + wanted.Language}
		if wanted.JSON {
			args = append(args, "--format=json")
		}
		for _, tag := range wanted.Tags {
			args = append(args, "--tag="+tag)
		}
		equal(t, name, string(read(t, out, "contract", name)), output(t, out, program, args...))
	}
	if len(forms) < 24 {
		t.Errorf("only %d forms", len(forms))
	}
	changelog := string(read(t, out, "contract", "CHANGELOG.md"))
	if !strings.HasPrefix(changelog, "# The contract of "+version) {
		t.Errorf("the changelog begins otherwise:\n%s", changelog)
	}
	equal(t, "files in the archive", strings.Count(output(t, out, "tar", "-tzf", "quartet_"+version+"_contract.tar.gz"), "\n"), len(forms)+1)
}

// checkContainer builds the image for both architectures, without a network.
func checkContainer(t *testing.T, out string) {
	t.Helper()
	if _, err := exec.LookPath("buildah"); err != nil || os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the container's image needs buildah and root")
		}
		t.Skip("skipped: the container's image. To build it, install buildah (apt-get install buildah) and be root")
	}
	storage := []string{"--storage-driver", "vfs", "--root", t.TempDir(), "--runroot", t.TempDir()}
	buildah := func(args ...string) string {
		return output(t, out, "buildah", append(slices.Clone(storage), args...)...)
	}
	context := read(t, out, "quartet_"+version+"_container.tar.gz")
	for _, architecture := range []string{"amd64", "arm64"} {
		image := "quartet:" + architecture
		build := exec.CommandContext(t.Context(), "buildah", append(slices.Clone(storage), "bud", "--isolation", "chroot", "--format", "docker",
			"--platform", "linux/"+architecture, "-t", image, "-")...)
		build.Stdin = bytes.NewReader(context)
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		equal(t, "user and health check",
			buildah("inspect", "--type", "image", "--format", "{{.Docker.Config.User}} {{.Docker.Config.Healthcheck.Test}}", image),
			"65532:65532 [CMD /quartet health]")
		container := strings.TrimSpace(buildah("from", "--pull-never", image))
		root := strings.TrimSpace(buildah("mount", container))
		checkProgram(t, platform{"linux", architecture}, filepath.Join(root, "quartet"))
		equal(t, "owner of the data", output(t, root, "stat", "-c", "%u:%g", "data"), "65532:65532\n")
		certificates := read(t, root, "etc", "ssl", "certs", "ca-certificates.crt")
		if n := bytes.Count(certificates, []byte("BEGIN CERTIFICATE")); n < 100 {
			t.Errorf("only %d authorities are trusted", n)
		}
		buildah("rm", container)
	}
}

// TestImagesAreAlike compares what the two images have in common: the one of a release, and
// the one that is built from the source.
func TestImagesAreAlike(t *testing.T) {
	t.Parallel()
	_, source, found := strings.Cut(string(read(t, "../../../Dockerfile")), "\nUSER ")
	_, released, foundToo := strings.Cut(string(dockerfile), "\nUSER ")
	if !found || !foundToo {
		t.Error("an image runs as root")
	}
	equal(t, "from USER on", released, source)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	must(t, err)
	return content
}

// output runs a program in a folder and returns what it writes to standard output.
func output(t *testing.T, folder, program string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	var errs bytes.Buffer
	command.Dir, command.Stderr = folder, &errs
	out, err := command.Output()
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w: %s", command, err, errs.String()))
	}
	return string(out)
}
