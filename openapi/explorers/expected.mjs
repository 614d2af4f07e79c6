// What of an operation a page has to show, as the contract says it.

/** All operations, with path and method. */
export function operations(contract) {
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    Object.entries(item).filter(([, operation]) => operation.operationId).map(([method, operation]) => ({ path, method, ...operation })));
}

/** The names of an operation's parameters, of the fields of its first body and of its success, and its statuses. */
export function names(contract, operation) {
  const [body] = Object.values(operation.requestBody?.content ?? {});
  const status = Object.keys(operation.responses).find((status) => status.startsWith("2"));
  const [success] = Object.values(operation.responses[status].content ?? {});
  return {
    parameters: (operation.parameters ?? []).map((parameter) => parameter.name),
    body: fields(contract, body?.schema),
    answer: fields(contract, success?.schema),
    statuses: Object.keys(operation.responses),
  };
}

function fields(contract, schema) {
  if (!schema) return [];
  if (schema.$ref) return fields(contract, schema.$ref.split("/").slice(1).reduce((at, key) => at[key], contract));
  return [...new Set([...(schema.allOf ?? []).flatMap((member) => fields(contract, member)), ...Object.keys(schema.properties ?? {})])];
}
