package account

import (
	"context"

	"quartet/store"
)

const codeBudgetName = "code-budget"

// budgetWarnings are the percentages of the budget at which the log warns.
var budgetWarnings = []int64{100, 80, 50}

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

// CodeBudget returns how many codes have been sent of the present budget, and how many it
// allows.
func (s *Service) CodeBudget(ctx context.Context) (sent, budget int64, err error) {
	sent, err = s.store.RateLimitCount(ctx, s.codeBudget(), store.TimeOf(s.now()))
	return sent, s.limits.CodeBudget.Times, storeErr(err)
}
