// The one-time address of the first start carries its token in the fragment. It is taken out of the
// address before anything else reads it, and is kept in this page alone.
let held = '';

function take() {
  const found = location.hash.match(/^#\/?setup(?:\/|\?token=|=)([\w.~-]+)$/);
  if (!found) return;
  held = found[1];
  history.replaceState(history.state, '', '#/setup');
}

take();
addEventListener('popstate', take);

export const setUpToken = () => held;
