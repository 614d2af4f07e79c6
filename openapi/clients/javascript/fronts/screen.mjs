// What a person sees of a front end, and what it remembers.

/** The messages on the screen, in order, and whether the person was sent to sign in again. */
export class Screen {
  shown = [];
  signIn = false;

  show(message) {
    this.shown.push(String(message));
  }

  askToSignIn(message) {
    if (message) this.show(message);
    this.signIn = true;
  }

  toString() {
    return [...this.shown, ...(this.signIn ? ["to sign-in"] : [])].join(" · ");
  }
}

/** The server does not read the fronts' signatures, so any 32 digits do. */
export function signature(text) {
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (const unit of text) {
    a = Math.imul(a ^ unit.codePointAt(0), 0x01000193) >>> 0;
    b = Math.imul(b + a, 0x85ebca6b) >>> 0;
  }
  return [a, b, a ^ b, (a + b) >>> 0].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("").toUpperCase();
}

/** key=value&…, with an object's members as key[member]=value. */
export function queryOf(values) {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join("&");
}

export const FORM = "application/x-www-form-urlencoded";
