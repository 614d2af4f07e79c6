"use strict";

// In a demonstration every example can be sent again. What a call used up (a code, a session, a
// user name) is there again after a reset; so where an example that the reader has not changed
// fails, the page resets the demonstration, repeats the call once, and says so beside the answer.
// The cards do so too. Some examples are the demo user's own: the administrator's call of those
// fails after a reset as well, and then the page does not reset for it again.
quartet.repeat = (() => {
  const changed = new Set(); // the blocks in which the reader has changed something
  const calls = new Map(); // the newest call of each operation
  const futile = new Set(); // who has repeated which operation without success

  const key = (path, method) => `${method} ${path}`;
  const blockOf = (target) => target.closest?.(".opblock")?.id;

  // React sets fields without an event, so that an event is the reader's. A content type is no value.
  for (const kind of ["input", "change"]) {
    addEventListener(kind, ({ target }) => {
      if (blockOf(target) && !target.closest(".content-type-wrapper, .more, .responses-wrapper")) changed.add(blockOf(target));
    }, true);
  }
  addEventListener("click", ({ target }) => {
    if (target.closest?.(".btn.reset")) changed.delete(blockOf(target));
  }, true);

  // Swagger UI gives an answer whose status is a failure as an error that has it.
  const answerOf = (response) => response.err?.response ?? response;

  const caseOf = (operation) => `${quartet.people.current()} ${operation.operationId}`;

  const fails = (operation, { status, text }) =>
    quartet.demo.canReset() && ["demo", "administrator"].includes(quartet.people.current()) &&
    typeof text === "string" && status < 500 && quartet.contract.isFailure(operation, status, text);

  /** Whether a reset and a repeat may help an example that was answered so. */
  const mayHelp = (operation, answer) => fails(operation, answer) && !futile.has(caseOf(operation));

  /** What to say beside the last answer of an example, which came first with `status` if it was repeated. */
  function wordsOn(operation, answer, status) {
    const failed = fails(operation, answer);
    if (failed && status && answer.status !== 429 && quartet.people.current() === "administrator") futile.add(caseOf(operation));
    if (failed && futile.has(caseOf(operation))) return quartet.say("demoUsersOwn");
    return status ? quartet.say("repeated", { status }) : undefined;
  }

  const plugin = () => ({
    statePlugins: {
      spec: {
        wrapActions: {
          executeRequest: (original) => ({ securities, ...rest }) => {
            const operation = quartet.contract.operation(rest.pathName, rest.method);
            const authorized = securities?.authorized && quartet.people.credentialsFor(operation, securities.authorized);
            const call = () => original({ ...rest, securities: { ...securities, authorized } });
            calls.set(key(rest.pathName, rest.method), { again: call });
            return call();
          },
          setResponse: (original) => async (path, method, response) => {
            const operation = quartet.contract.operation(path, method);
            const answer = answerOf(response);
            const { again, status } = calls.get(key(path, method)) ?? {};
            if (!changed.has(`operations-${operation.tags[0]}-${operation.operationId}`)) {
              if (again && mayHelp(operation, answer) && await quartet.demo.reset() === 200) {
                calls.set(key(path, method), { status: answer.status });
                return again();
              }
              calls.set(key(path, method), { words: wordsOn(operation, answer, status) });
            }
            return original(path, method, response);
          },
        },
      },
    },
  });

  /** What to say beside the newest answer of an operation. */
  const noteOf = (path, method) => calls.get(key(path, method))?.words;

  return { plugin, noteOf, mayHelp, wordsOn };
})();
