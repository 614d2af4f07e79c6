package main

import "context"

// sbomTool writes a list of what a program is made of, in CycloneDX's JSON.
const sbomTool = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

// writeSBOM lists the modules of a program that has been built, read from the program
// itself. Platforms differ in them.
func (r *release) writeSBOM(ctx context.Context, p platform, program string) error {
	list, err := r.output(ctx, []string{"CGO_ENABLED=0"}, "go", "run", "-trimpath", sbomTool,
		"bin", "-json", "-std", "-noserial", "-notimestamp", "-version", r.Version, program)
	if err != nil {
		return err
	}
	return r.write(r.named(p.folder())+".cdx.json", list)
}
