"use strict";

// In a demonstration every example can be sent again. What a call used up (a code, a session, a
// user name) is there again after a reset; so where an example that the reader has not changed
// fails, the page resets the demonstration, repeats the call once, and says so beside the answer.
quartet.repeat = (() => {
  const changed = new Set(); // the blocks in which the reader has changed something
  const calls = new Map(); // the newest call of each operation

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

  function mayRepeat(path, method, { status, text }) {
    const operation = quartet.contract.operation(path, method);
    const block = `operations-${operation.tags[0]}-${operation.operationId}`;
    const person = quartet.people.current();
    return quartet.demo.canReset() && ["demo", "administrator"].includes(person) && !changed.has(block) &&
      typeof text === "string" && status < 500 && quartet.contract.isFailure(operation, status, text);
  }

  const plugin = () => ({
    statePlugins: {
      spec: {
        wrapActions: {
          executeRequest: (original) => (request) => {
            calls.set(key(request.pathName, request.method), { again: () => original({ ...request }) });
            return original({ ...request });
          },
          setResponse: (original) => async (path, method, response) => {
            const call = calls.get(key(path, method));
            if (call?.again && mayRepeat(path, method, answerOf(response))) {
              const { again } = call;
              calls.set(key(path, method), { status: answerOf(response).status });
              if (await quartet.demo.reset() === 200) return again();
              calls.delete(key(path, method));
            }
            return original(path, method, response);
          },
        },
      },
    },
  });

  /** The status of the first answer, where the newest call of an operation was repeated. */
  const noteOf = (path, method) => {
    const status = calls.get(key(path, method))?.status;
    return status ? { status } : undefined;
  };

  return { plugin, noteOf };
})();
