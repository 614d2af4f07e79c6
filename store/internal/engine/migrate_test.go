package engine

import (
	"testing"
	"testing/fstest"
)

func TestTheLastMigrationThatOlderProgramsCannotUse(t *testing.T) {
	t.Parallel()
	cannot, can := &fstest.MapFile{Data: []byte("-- +goose Up\n")}, &fstest.MapFile{Data: []byte(CompatibleLine + "\n-- +goose Up\n")}
	for want, files := range map[int64]fstest.MapFS{
		3: {"00001_a.sql": cannot, "00003_b_sqlite.sql": cannot, "00004_c.sql": can, "00010_d.sql": can},
		4: {"00001_a.sql": cannot, "00003_b.sql": can, "00004_c_postgres.sql": can, "00004_c_sqlite.sql": cannot},
		0: {"00001_a.sql": can},
	} {
		if got := OldestProgram(files); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
}
