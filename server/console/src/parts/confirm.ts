// One dialog of the console asks before anything that cannot be taken back.
import { ref, shallowRef } from 'vue';

export interface Question {
  title: string;
  text: string;
  button: string;
  /** What is done after a yes. A failure is shown in the dialog. */
  run: () => Promise<unknown>;
  done?: string;
}

export const asked = ref(false);
export const question = shallowRef<Question>();

export function confirm(what: Question) {
  question.value = what;
  asked.value = true;
}
