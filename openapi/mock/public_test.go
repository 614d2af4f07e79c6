package mock_test

import (
	"os"
	"path/filepath"
	"testing"

	"quartet/openapi/mock"
)

// TestDocumentsOfOthers answers every operation of the documents in QUARTET_MOCK_DOCUMENTS,
// a folder, and checks each answer.
func TestDocumentsOfOthers(t *testing.T) {
	folder := os.Getenv("QUARTET_MOCK_DOCUMENTS")
	if folder == "" {
		t.Skip("skipped: documents of others. To run it: QUARTET_MOCK_DOCUMENTS=FOLDER")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.*"))
	must(t, err)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			document, err := mock.ReadFile(path)
			must(t, err)
			if err := mock.Validate(document); err != nil {
				t.Logf("not as OpenAPI says: %.300s", err)
			}
			answered := answerAll(t, document)
			t.Logf("%d operations, %d answers valid, %d not read by the validator, %d documented as missing", answered.operations, answered.valid, answered.unread, answered.missing)
		})
	}
}
