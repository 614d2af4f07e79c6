// Lists that are read a page at a time, and filters that are part of the address.
import { computed, reactive, ref, shallowRef, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { type Failure, failureOf } from './api';

export interface Page<T> { items: T[]; next: string | null }

/**
 * One list, a page at a time: `load` reads the page of a cursor. The list begins anew when what `follow` reads
 * changes. Of several loads the newest counts.
 */
export function usePages<T>(load: (cursor: string | undefined) => Promise<Page<T>>, follow: () => unknown = () => undefined) {
  const items = shallowRef<T[]>([]), next = ref<string | null>(null);
  const before = ref<(string | undefined)[]>([]), cursor = ref<string>();
  const busy = ref(false), loaded = ref(false), failure = shallowRef<Failure>();
  let newest = 0;

  async function read() {
    const mine = ++newest;
    busy.value = true;
    try {
      const page = await load(cursor.value);
      if (mine !== newest) return;
      items.value = page.items;
      next.value = page.next;
      failure.value = undefined;
      loaded.value = true;
    } catch (thrown) {
      if (mine === newest) failure.value = failureOf(thrown);
    } finally {
      if (mine === newest) busy.value = false;
    }
  }

  /** Goes to the first page. */
  function restart() {
    before.value = [];
    cursor.value = undefined;
    return read();
  }
  watch(follow, restart, { immediate: true });

  return reactive({
    items, busy, loaded, failure, restart,
    number: computed(() => before.value.length + 1),
    hasNext: computed(() => next.value !== null),
    /** Reads the page that is shown again. */
    reload: read,
    forward() {
      before.value.push(cursor.value);
      cursor.value = next.value ?? undefined;
      return read();
    },
    back() {
      cursor.value = before.value.pop();
      return read();
    },
  });
}

export type Pages<T> = ReturnType<typeof usePages<T>>;

/** Something that is read once and again after a change. */
export function useLoaded<T>(load: () => Promise<T>) {
  const value = shallowRef<T>(), busy = ref(false), failure = shallowRef<Failure>();
  async function reload() {
    busy.value = true;
    try {
      value.value = await load();
      failure.value = undefined;
    } catch (thrown) {
      failure.value = failureOf(thrown);
    } finally {
      busy.value = false;
    }
  }
  void reload();
  return reactive({ value, busy, failure, reload });
}

/** Filters that the address keeps, so that it can be sent to a colleague and the back button works. */
export function useFilters<F extends Record<string, string>>(names: F): F {
  const route = useRoute(), router = useRouter();
  const own = route.name;
  const read = () => Object.fromEntries(Object.entries(names).map(([name, otherwise]) => [name, String(route.query[name] ?? otherwise)]));
  const filters = reactive(read()) as F;
  watch(() => route.query, () => {
    if (route.name === own) Object.assign(filters, read());
  });
  watch(filters, () => {
    const query = Object.fromEntries(Object.entries(filters).filter(([name, value]) => value !== names[name]));
    void router.replace({ query });
  });
  return filters;
}
