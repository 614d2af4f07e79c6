package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// Purposes of a one-time code.
const (
	PurposeSignIn        = "sign_in"
	PurposeVerifyMobile  = "verify_mobile"
	PurposeResetPassword = "reset_password"
	PurposeProveIdentity = "prove_identity" // before a change of a way in, or the end of the account
)

// PurposeNotice is the purpose of a message without a code: the mobile is told that a way
// in of its user has changed, or that the account was closed.
const PurposeNotice = "notice"

// SendCodeRequest asks for a one-time code.
type SendCodeRequest struct {
	Dialect  string // of the operation
	Purpose  string // PurposeSignIn or another purpose of a code
	Mobile   string // eleven digits
	ClientIP string // of the client
}

// CodeSent contains how long the code is valid and how long to wait before the next
// request.
type CodeSent struct {
	Expires     time.Time
	ResendAfter time.Duration
}

// SendCode sends a one-time code, the same way whether or not the mobile is known.
// Older codes that the client IP has asked for become invalid, those of others stay; if
// the message is not accepted the client IP has no valid code. The request counts in any
// case. Failures are InvalidField, TooManyRequests with RetryAfter, and SMSUnavailable.
func (s *Service) SendCode(ctx context.Context, r SendCodeRequest) (CodeSent, error) {
	if err := checkCodeRequest(r); err != nil {
		return CodeSent{}, err
	}
	index := s.sealer.Index(r.Mobile)
	now := s.now()
	expires := now.Add(s.limits.CodeLife)
	key := store.CodeKey{Purpose: r.Purpose, MobileIndex: index, Asker: s.clientIPKey(r.ClientIP)}
	code := s.newCode(r.Mobile)
	mac := s.codeMAC(r.Purpose, r.Mobile, code)
	var spent int64
	err := s.inTx(ctx, func(tx *tx) (err error) {
		counted, known, err := s.ofMobile(ctx, tx, index, r.ClientIP)
		if err != nil {
			return err
		}
		if err := tx.ConsumeRateLimits(ctx, s.codeLimits(counted, known, r.ClientIP), store.TimeOf(now)); err != nil {
			return err
		}
		if spent, err = tx.RateLimitCount(ctx, s.codeBudget(), store.TimeOf(now)); err != nil {
			return err
		}
		return tx.CreateCode(ctx, key, mac, store.TimeOf(now), store.TimeOf(expires))
	})
	if err != nil {
		return CodeSent{}, storeErr(err)
	}
	s.watchBudget(ctx, spent)
	sent := event{
		kind: AuditCodeSent, dialect: r.Dialect, clientIP: r.ClientIP, detail: details{"mobile": index, "purpose": r.Purpose},
	}
	if err := s.deliver(ctx, CodeMessage{Mobile: r.Mobile, Code: code, Purpose: r.Purpose}, key, mac, sent); err != nil {
		return CodeSent{}, err
	}
	return CodeSent{Expires: expires, ResendAfter: s.limits.CodeResend.Per}, nil
}

func checkCodeRequest(r SendCodeRequest) error {
	if !slices.Contains([]string{PurposeSignIn, PurposeVerifyMobile, PurposeResetPassword, PurposeProveIdentity}, r.Purpose) {
		return apierr.Field("purpose", apierr.NotInEnum)
	}
	return checkMobile(r.Mobile)
}

// codeLimits are shared by all purposes, because one phone receives all codes. mobile is
// ofMobile, which says too whether its account knows the client IP.
func (s *Service) codeLimits(mobile string, known bool, address string) []store.RateLimit {
	return slices.Concat(
		[]store.RateLimit{
			s.limits.CodeResend.limit("code-gap:" + mobile),
			s.limits.CodeHour.limit("code-hour:" + mobile),
			s.limits.CodeDay.limit("code-day:" + mobile),
		},
		s.perClient("code", s.limits.CodePerIP, address),
		s.inAll("code", s.limits.CodeGlobal, address, known),
		s.inAll(codeBudgetName, s.limits.CodeBudget, address, known),
	)
}

// consumeRateLimits counts against limits, or fails with TooManyRequests.
func (s *Service) consumeRateLimits(ctx context.Context, limits []store.RateLimit) error {
	return storeErr(s.store.InTx(ctx, func(tx store.Tx) error {
		return tx.ConsumeRateLimits(ctx, limits, store.TimeOf(s.now()))
	}))
}

// deliver sends the code, and if the message is accepted activates it and records sent,
// even if the client leaves.
func (s *Service) deliver(ctx context.Context, m CodeMessage, key store.CodeKey, mac string, sent event) error {
	sendErr := s.send(ctx, m)
	err := s.inBackground(ctx, func(ctx context.Context) error {
		if sendErr == nil {
			return s.inTx(ctx, func(tx *tx) error {
				tx.record(sent)
				return tx.ActivateCode(ctx, key, mac)
			})
		}
		// a code that cannot be deleted is not active
		if err := s.store.InTx(ctx, func(tx store.Tx) error { return tx.DeleteCode(ctx, key, mac) }); err != nil {
			s.log.WarnContext(ctx, "unsent code was not deleted", "error", err)
		}
		return nil
	})
	if sendErr != nil {
		return sendErr
	}
	return storeErr(err)
}

// send sends the message, and logs when the provider accepts no more messages, so that
// an operator learns of a used-up daily quota. A provider's error contains no mobile.
func (s *Service) send(ctx context.Context, m CodeMessage) error {
	ctx, cancel := context.WithTimeout(ctx, s.limits.ProviderTimeout)
	defer cancel()
	err := providerErr(s.sms.Send(ctx, m), apierr.SMSUnavailable)
	if apierr.Is(err, apierr.TooManyRequests) {
		s.log.WarnContext(ctx, "SMS provider accepts no more messages for now", "purpose", m.Purpose, "error", err)
	}
	return err
}

// providerErr keeps a provider's failures; any other error means that the provider is
// down.
func providerErr(err error, down apierr.Code) error {
	if _, named := errors.AsType[*apierr.Error](err); named || err == nil {
		return err
	}
	return apierr.Wrap(down, err)
}

// consumeCode consumes a code if it is right: one that the client IP has asked for, or one
// that another has, of which the message came to the same phone. It counts a guess and
// compares in one statement, so that parallel guesses get no more comparisons than
// CodeAttempts of each kind. A wrong code must not fail the transaction, or the guess would
// not be counted.
func (s *Service) consumeCode(ctx context.Context, tx *tx, purpose, mobile, code, clientIP string) (right bool, err error) {
	index, now := s.sealer.Index(mobile), store.TimeOf(s.now())
	key := store.CodeKey{Purpose: purpose, MobileIndex: index, Asker: s.clientIPKey(clientIP)}
	mac := s.codeMAC(purpose, mobile, code)
	right, err = tx.ConsumeCode(ctx, key, mac, now, s.limits.CodeAttempts)
	if right || err != nil {
		return right, err
	}
	other, err := tx.OtherCode(ctx, key, "", now, s.limits.CodeAttempts)
	if err == nil {
		var room bool
		if room, err = s.countGuessOfOther(ctx, tx, index, clientIP); !room {
			return false, err
		}
	}
	for err == nil {
		right, err = tx.ConsumeCodeOfOther(ctx, other, mac, now, s.limits.CodeAttempts)
		if right || err != nil {
			return right, err
		}
		other, err = tx.OtherCode(ctx, key, other.Asker, now, s.limits.CodeAttempts)
	}
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return false, err
}

// countGuessOfOther counts a guess at a mobile's codes that other client IPs have asked
// for, and reports whether there was room. Guesses at one's own codes need no such limit:
// the codes are limited.
func (s *Service) countGuessOfOther(ctx context.Context, tx *tx, mobileIndex, clientIP string) (room bool, err error) {
	mobile, _, err := s.ofMobile(ctx, tx, mobileIndex, clientIP)
	if err != nil {
		return false, err
	}
	limit := s.limits.CodeGuessDay.limit("code-guess:" + mobile)
	err = tx.ConsumeRateLimits(ctx, []store.RateLimit{limit}, store.TimeOf(s.now()))
	if _, full := errors.AsType[store.RateLimitError](err); full {
		return false, nil // a single full limit has counted nothing, so the transaction goes on
	}
	return err == nil, err
}

// codeMAC returns the stored form of a code: HMAC-SHA-256 in hex with a key that is not
// in the database, because a million codes are quickly tried. NUL separates the parts,
// of which only the last can contain it.
func (s *Service) codeMAC(purpose, mobile, code string) string {
	mac := hmac.New(sha256.New, s.codeKey)
	io.WriteString(mac, purpose+"\x00"+mobile+"\x00"+code)
	return hex.EncodeToString(mac.Sum(nil))
}

// RandomCode returns six random digits.
func RandomCode(string) string {
	number, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // impossible: crypto/rand stops the program instead
	}
	return fmt.Sprintf("%06d", number)
}

// VerifyMobile verifies the caller's mobile with a code sent for PurposeVerifyMobile,
// and makes it a way to sign in. If it is not the one that is verified already, the
// caller proves who they are, the caller's other sessions end, and the mobile that was
// verified before is told. Failures are InvalidField, those of a missing or wrong proof,
// with which nothing changes, WrongCode, TooManyRequests and MobileTaken.
func (s *Service) VerifyMobile(ctx context.Context, caller Caller, mobile, code string, p Proof) error {
	if err := checkMobile(mobile); err != nil {
		return err
	}
	user, err := s.store.UserByID(ctx, caller.UserID)
	if err != nil {
		return toAPIErr(err, apierr.UserNotFound)
	}
	index := s.mobileIndex(mobile)
	isNew := user.MobileVerifiedAt == nil || *user.MobileIndex != index
	if isNew {
		if err := s.prove(ctx, caller, user, p); err != nil {
			return err
		}
	}
	// The code stays used if the mobile is taken.
	if err := s.proveMobile(ctx, caller, PurposeVerifyMobile, mobile, code); err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		now := store.TimeOf(s.now())
		verified := caller.eventBy(AuditMobileVerified, caller.UserID, details{"mobile": index})
		if isNew {
			ended, err := tx.EndSessionsOf(ctx, caller.UserID, caller.SessionID, store.EndedByNewWayIn, now)
			if err != nil {
				return err
			}
			verified.detail["ended_sessions"] = ended
		}
		tx.record(verified)
		return tx.VerifyMobile(ctx, caller.UserID, s.sealMobile(caller.UserID, mobile), index, now)
	})
	if err != nil {
		return toAPIErr(err, apierr.UserNotFound)
	}
	if isNew {
		s.tell(ctx, user)
	}
	return nil
}
