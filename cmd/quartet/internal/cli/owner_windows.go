package cli

// GiveToFolderOwner does nothing on Windows, where the access control list of a folder is
// inherited.
func GiveToFolderOwner(string) error { return nil }

func withRemedy(_ string, err error) error { return err }
