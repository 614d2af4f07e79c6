import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// References are relative, so that the console works under any prefix, and nothing is inlined: the
// content policy of the server allows scripts and styles of its own files alone.
export default defineConfig({
  base: './',
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    license: { fileName: 'licenses.json' }, // of the libraries in the files
    // One file has what the pages share, and is there after the first screen. Charts come with their page.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'shared', test: /node_modules\/(?!echarts|zrender|tslib)|src\/(?!pages|user|parts\/Chart)/ }] } },
    },
  },
});
