// Who operates. The token lives in this tab alone and is gone when the tab is closed.
import { computed, ref } from 'vue';
import type { Administrator, AdminUserRole } from './generated';

const KEY = 'quartet.console.token';

export const token = ref(sessionStorage.getItem(KEY) ?? '');
export const me = ref<Administrator>();

export function begin(newToken: string) {
  sessionStorage.setItem(KEY, newToken);
  token.value = newToken;
  me.value = undefined;
}

/** A session's next token, which an answer carries when the one before has passed half of its life. */
export function renew(next: string) {
  sessionStorage.setItem(KEY, next);
  token.value = next;
}

export function forget() {
  sessionStorage.removeItem(KEY);
  token.value = '';
  me.value = undefined;
}

const rights = computed(() => new Set<string>(me.value?.rights));

/** Whether who operates has a right; used in templates to show what can be done. */
export const may = (right: string) => rights.value.has(right);

/** Whether who operates may change users with a role over the whole server: super administrators change everybody, others members. */
export const mayChange = (role: AdminUserRole) => role === 'member' || me.value?.role === 'super_administrator';

/** The organisations to which who operates is confined; undefined for none. */
export const confinedTo = computed(() => (me.value?.role === 'member' ? me.value.organisations : undefined));
