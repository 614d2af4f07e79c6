package console

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files holds index.html, and below assets/ the files it refers to, whose names contain a hash of
// their content.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only an invalid name fails
	}
	return files
}
