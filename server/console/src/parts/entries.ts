// Organisations and roles are kept alike: each has a code, a name, and a version that changes refer to.
import { reactive, ref } from 'vue';
import { creation } from '../api';
import { usePages, type Page } from '../lists';
import { t } from '../words';
import { confirm } from './confirm';

export interface Entry { code: string; name: string; disabled: boolean; administers?: boolean; version: number }

export interface Calls<T extends Entry> {
  list: (cursor: string | undefined) => Promise<Page<T>>;
  add: (body: { code: string; name: string; administers?: boolean }, headers: { 'Idempotency-Key': string }) => Promise<unknown>;
  change: (entry: T, body: { name?: string; administers?: boolean; disabled?: boolean }) => Promise<unknown>;
  remove: (entry: T) => Promise<unknown>;
}

/** The list, and the dialog that adds an entry or changes one. */
export function useEntries<T extends Entry>(calls: Calls<T>, withAdministers = false) {
  const pages = usePages(calls.list);

  const editing = ref(false), edited = ref<T>();
  const form = reactive({ code: '', name: '', administers: false });
  const key = creation();

  function edit(entry?: T) {
    edited.value = entry;
    Object.assign(form, { code: entry?.code ?? '', name: entry?.name ?? '', administers: entry?.administers ?? false });
    editing.value = true;
  }

  async function save() {
    const more = withAdministers ? { administers: form.administers } : {};
    if (edited.value) await calls.change(edited.value as T, { name: form.name, ...more });
    else {
      const body = { code: form.code.trim(), name: form.name.trim(), ...more };
      await calls.add(body, key(body));
    }
    await pages.reload();
  }

  const disable = (entry: T) => confirm({
    title: entry.disabled ? t.value.enable : t.value.disable, text: entry.name, button: entry.disabled ? t.value.enable : t.value.disable, done: t.value.saved,
    run: async () => {
      await calls.change(entry, { disabled: !entry.disabled });
      await pages.reload();
    },
  });

  const remove = (entry: T) => confirm({
    title: t.value.remove, text: t.value.removeText(entry.name), button: t.value.remove,
    run: async () => {
      await calls.remove(entry);
      await pages.reload();
    },
  });

  return { pages, editing, edited, form, edit, save, disable, remove };
}
