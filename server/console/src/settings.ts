// What the server says about itself to the console.
export interface Settings {
  version?: string;
  /** The address of the documentation, where the same listener has it. */
  docs?: string;
  /** Set in a demonstration: the token of its super administrator, and where its outbox and reset are. */
  demo?: { token: string; outbox: string; reset: string };
}

export let settings: Settings = {};

export async function readSettings() {
  try {
    const answer = await fetch('settings.json', { cache: 'no-store', credentials: 'omit' });
    if (answer.ok) settings = await answer.json();
  } catch {
    // The first call of a page says that the server cannot be reached.
  }
}
