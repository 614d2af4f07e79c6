// Language and theme. Both follow the browser until they are chosen, and are kept in it under the
// names that the documentation's pages use, so that a choice made there holds here.
import { computed, ref, watchEffect } from 'vue';

export type Language = 'zh' | 'en';
export type Theme = '' | 'light' | 'dark';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const dark = ref(systemIsDark.matches);
systemIsDark.addEventListener('change', () => { dark.value = systemIsDark.matches; });

function kept<T extends string>(key: string, allowed: readonly T[]): T | undefined {
  return allowed.find((value) => value === localStorage.getItem(key));
}

function keep(key: string, value: string) {
  if (value) localStorage.setItem(key, value);
  else localStorage.removeItem(key);
}

export const language = ref<Language>(kept('quartet.language', ['zh', 'en']) ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'));
export const theme = ref<Theme>(kept('quartet.theme', ['light', 'dark']) ?? '');
export const isDark = computed(() => (theme.value ? theme.value === 'dark' : dark.value));

export function chooseLanguage(chosen: Language) {
  language.value = chosen;
  keep('quartet.language', chosen);
}

export function chooseTheme(chosen: Theme) {
  theme.value = chosen;
  keep('quartet.theme', chosen);
}

watchEffect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.classList.toggle('dark', isDark.value);
});
