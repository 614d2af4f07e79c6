package account

import (
	"context"

	"quartet/store"
)

const codeBudgetName = "code-budget"

// budgetWarnings are the percentages of the budget at which the log warns. From the second
// last on only client IPs that the account knows are sent codes.
var budgetWarnings = []int64{100, 100 - 100/reserved, 80, 50}

func (s *Service) codeBudget() store.RateLimit {
	return s.limits.CodeBudget.limit(codeBudgetName + "-all")
}

// watchBudget warns when the code that was counted as number spent of the budget reaches a
// part of it. Each number is one code's, so of all servers one warns.
func (s *Service) watchBudget(ctx context.Context, spent int64) {
	budget := s.limits.CodeBudget
	for _, percent := range budgetWarnings {
		if spent == (budget.Times*percent+99)/100 {
			s.log.WarnContext(ctx, "a part of the budget of one-time codes is used up (--code-budget)",
				"percent", percent, "sent", spent, "budget", budget.Times, "per", budget.Per.String())
			return
		}
	}
}

// CodeBudgetUsed returns how many codes of the present budget have been sent.
func (s *Service) CodeBudgetUsed(ctx context.Context) (int64, error) {
	sent, err := s.store.RateLimitCount(ctx, s.codeBudget(), store.TimeOf(s.now()))
	return sent, storeErr(err)
}

// CodeBudget returns how many codes the budget allows.
func (s *Service) CodeBudget() int64 { return s.limits.CodeBudget.Times }
