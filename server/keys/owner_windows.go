package keys

import "io/fs"

// checkOwner does nothing: the folder's access control list protects it.
func (folder) checkOwner(string, fs.FileInfo) error { return nil }
