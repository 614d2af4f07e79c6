package account

import "context"

// Shorter names of single changes.

func (s Operator) DisableOrganisation(ctx context.Context, code string) error {
	return s.setOrganisation(ctx, code, EntryChange{Disabled: new(true)})
}

func (s Operator) EnableOrganisation(ctx context.Context, code string) error {
	return s.setOrganisation(ctx, code, EntryChange{Disabled: new(false)})
}

func (s Operator) RenameOrganisation(ctx context.Context, code, name string) error {
	return s.setOrganisation(ctx, code, EntryChange{Name: &name})
}

func (s Operator) setOrganisation(ctx context.Context, code string, change EntryChange) error {
	_, err := s.ChangeOrganisation(ctx, code, change)
	return err
}

func (s Operator) DisableRole(ctx context.Context, code string) error {
	return s.setRole(ctx, code, EntryChange{Disabled: new(true)})
}

func (s Operator) EnableRole(ctx context.Context, code string) error {
	return s.setRole(ctx, code, EntryChange{Disabled: new(false)})
}

func (s Operator) RenameRole(ctx context.Context, code, name string) error {
	return s.setRole(ctx, code, EntryChange{Name: &name})
}

func (s Operator) setRole(ctx context.Context, code string, change EntryChange) error {
	_, err := s.ChangeRole(ctx, code, RoleChange{EntryChange: change})
	return err
}

func (s Operator) DisableApplication(ctx context.Context, id string) error {
	return s.setApplication(ctx, id, ApplicationChange{EntryChange: EntryChange{Disabled: new(true)}})
}

func (s Operator) EnableApplication(ctx context.Context, id string) error {
	return s.setApplication(ctx, id, ApplicationChange{EntryChange: EntryChange{Disabled: new(false)}})
}

func (s Operator) RenameApplication(ctx context.Context, id, name string) error {
	return s.setApplication(ctx, id, ApplicationChange{EntryChange: EntryChange{Name: &name}})
}

func (s Operator) SetApplicationRights(ctx context.Context, id string, rights []string) error {
	return s.setApplication(ctx, id, ApplicationChange{Rights: &rights})
}

func (s Operator) setApplication(ctx context.Context, id string, change ApplicationChange) error {
	_, err := s.ChangeApplication(ctx, id, change)
	return err
}
