"use strict";

// What the page reads out of the contract and the catalogue of failures.
quartet.contract = (() => {
  let spec = { paths: {}, tags: [] };
  let catalogue = [];

  function load(document, { failures }) {
    [spec, catalogue] = [document, failures];
    for (const { parameters = [] } of operations()) parameters.forEach(preferOwnExamples);
  }

  // Swagger UI fills in the example or default of a parameter's schema, also where the parameter has examples of its own.
  function preferOwnExamples(parameter) {
    if (!parameter.examples) return;
    const { $ref } = parameter.schema;
    const { example, default: otherwise, ...schema } = $ref ? spec.components.schemas[$ref.split("/").at(-1)] : parameter.schema;
    parameter.schema = schema;
  }

  /** The catalogue with the numbers of a dialect. Where it has none, a failure is called by its symbol. */
  const failures = (name) => catalogue.map((row) => ({ ...row, number: row.numbers[name] ?? row.symbol }));

  const operation = (path, method) => spec.paths[path]?.[method];
  const operations = () => Object.entries(spec.paths).flatMap(([path, item]) =>
    Object.entries(item).filter(([, o]) => o.operationId).map(([method, o]) => ({ path, method, ...o })));
  const tag = (name) => spec.tags.find((one) => one.name === name) ?? {};
  const envelope = (name) => tag(name)["x-envelope"] ?? {};
  /** The tags whose envelope says what a success is: the dialects. */
  const dialects = () => spec.tags.filter((one) => one["x-envelope"]?.success).map((one) => one.name);

  const envelopeKeys = (name) => {
    const { success, code, message, data } = envelope(name);
    return [...new Set([success?.key, code, message, data].filter(Boolean))];
  };

  const examples = (response) => Object.entries(response?.content ?? {}).find(([type]) => /json/.test(type))?.[1].examples ?? {};

  /** The shape of an answer: its keys, each with a short value; what is no envelope is "…" where the result has no key. */
  function shape(name, body) {
    if (!body || typeof body !== "object") return [];
    const { data } = envelope(name);
    const keys = envelopeKeys(name);
    const own = keys.filter((key) => key in body).map((key) => [key, key === data ? short(body[key]) : JSON.stringify(body[key])]);
    const rest = Object.keys(body).filter((key) => !keys.includes(key));
    if (data) return [...own, ...rest.map((key) => [key, short(body[key])])];
    return rest.length > 0 ? [...own, ["", "…"]] : own;
  }

  const short = (value) => (Array.isArray(value) ? (value.length ? "[…]" : "[]")
    : value && typeof value === "object" ? (Object.keys(value).length ? "{…}" : "{}") : JSON.stringify(value));

  /** A success and a failure of a dialect, as shapes. */
  function shapes(name) {
    const answers = operations().filter((one) => one.tags[0] === name).flatMap((one) => Object.entries(one.responses));
    const all = (failing) => answers.filter(([status]) => Number(status) >= 400 === failing).flatMap(([, answer]) => Object.entries(examples(answer)));
    const failing = all(true);
    const [, failure] = failing.find(([symbol]) => symbol === "unauthenticated") ?? failing[0];
    return { success: shape(name, all(false)[0][1].value), failure: shape(name, failure.value) };
  }

  /** The failures that an operation declares, as the catalogue tells them. */
  function failuresOf(one) {
    const known = failures(one.tags[0]);
    return Object.entries(one.responses).filter(([status]) => Number(status) >= 400).flatMap(([status, response]) => {
      const named = Object.values(response.content ?? {}).flatMap((media) => Object.keys(media.examples ?? {}));
      const declared = known.filter((row) => String(row.http) === status);
      const shown = declared.filter((row) => named.includes(row.symbol));
      return shown.length > 0 ? shown : declared;
    });
  }

  const parsed = (text) => { try { return JSON.parse(text); } catch { return undefined; } };

  /** Whether an answer is a failure, by its status, or by its body where --legacy-status makes every status 200. */
  function isFailure(one, status, text) {
    const { success } = envelope(one.tags[0]);
    return status >= 400 || Boolean(success && parsed(text)?.[success.key] !== success.value);
  }

  /** The row of the catalogue for a failure that came: the same number, and the message if several have it. */
  function failureOf(one, status, text) {
    const body = parsed(text);
    const { code, message } = envelope(one.tags[0]);
    if (!body || !code) return undefined;
    const number = String(body[code]);
    const rows = failures(one.tags[0]).filter((row) => String(row.number) === number && (status < 400 || row.http === status));
    const says = (row) => Object.values(row.message).some((words) => pattern(words).test(body[message]));
    const found = rows.find(says) ?? (rows.length === 1 ? rows[0] : undefined);
    return { number, message: body[message], ...found };
  }

  // A message of the catalogue with its {…} as anything.
  const pattern = (words) => new RegExp("^" + words.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*") + "$");

  return { load, operation, operations, tag, dialects, envelopeKeys, shapes, failuresOf, failureOf, isFailure, parsed, schemes: () => spec.components.securitySchemes };
})();
