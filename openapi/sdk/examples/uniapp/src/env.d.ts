/** The server's address, from vite.config.ts. */
declare const __QUARTET__: string;

declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent;
  export default component;
}
