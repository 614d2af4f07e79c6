package account

import "quartet/server/apierr"

// DropInvalid empties the values that no user may have, and returns a failure for each.
// An import does so rather than refuse the person. Username and Password stay.
func (n *NewUser) DropInvalid() []*apierr.Error {
	var dropped []*apierr.Error
	drop := func(err error, text **string) {
		if err != nil {
			dropped, *text = append(dropped, apierr.As(err)), nil
		}
	}
	if err := checkGender(n.Gender); err != nil {
		dropped, n.Gender = append(dropped, apierr.As(err)), nil
	}
	for _, text := range n.texts() {
		drop(text.check(), text.text)
	}
	drop(checkedText{"identity", n.Identity, longestIdentity}.check(), &n.Identity)
	drop(checkedText{"remark", n.Remark, longestRemark}.check(), &n.Remark)
	_, err := normalBirthday(n.Birthday)
	drop(err, &n.Birthday)
	if filled(n.Email) != nil {
		_, _, err := newEmail(*n.Email)
		drop(err, &n.Email)
	}
	if filled(n.Mobile) != nil {
		drop(checkMobile(*n.Mobile), &n.Mobile)
	}
	return dropped
}
