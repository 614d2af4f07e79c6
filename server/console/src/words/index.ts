// What the console says, in the language that is chosen. The Chinese table has the type of the
// English one, so that the compiler finds what is missing.
import { computed } from 'vue';
import { language } from '../preferences';
import { en } from './en';
import { zh } from './zh';

export type Words = typeof en;

export const t = computed<Words>(() => (language.value === 'zh' ? zh : en));

const locale = () => (language.value === 'zh' ? 'zh-CN' : 'en');
const times = computed(() => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'medium' }));
const days = computed(() => new Intl.DateTimeFormat(locale(), { dateStyle: 'full' }));
const clock = computed(() => new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }));
const numbers = computed(() => new Intl.NumberFormat(locale()));

/** A time of the API in the reader's time zone, or a dash where there is none. */
export const timeText = (time: string | null | undefined) => (time ? times.value.format(new Date(time)) : '–');
export const dayText = (time: string) => days.value.format(new Date(time));
export const clockText = (time: string) => clock.value.format(new Date(time));
export const numberText = (number: number) => numbers.value.format(number);
